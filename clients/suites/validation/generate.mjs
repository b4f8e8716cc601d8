// Documents that fit a schema, as texts: fields, arguments, variables, fragments, directives, `__typename`,
// introspection, several operations.
import {
  getNamedType, getNullableType, isCompositeType, isEnumType, isInputObjectType, isLeafType, isListType,
  isNonNullType, isObjectType, isRequiredArgument, isRequiredInputField, SchemaMetaFieldDef, TypeMetaFieldDef,
} from 'graphql';

const DEEPEST = 5;

export class Generator {
  constructor(schema, random) {
    Object.assign(this, { schema, random });
    this.composites = Object.values(schema.getTypeMap()).filter((t) => isCompositeType(t) && !t.name.startsWith('__'));
  }

  /** A document and the name of the operation to run (undefined: it has none). */
  document() {
    this.fragments = [];
    this.aliases = 0;
    const count = this.random.chance(0.15) ? 2 : 1;
    const operations = Array.from({ length: count }, (_, n) => this.operation(count > 1 || this.random.chance(0.5) ? `Op${n}` : ''));
    const name = operations[0].name || undefined;
    const fragments = this.fragments.map((f) => `fragment ${f.name} on ${f.on} ${f.set}`);
    return { text: [...operations.map((o) => o.text), ...fragments].join('\n'), name };
  }

  operation(name) {
    this.variables = new Map();
    // A fragment with variables belongs to the operation that declares them.
    this.own = [];
    const set = this.set(this.schema.getQueryType(), 0);
    const declared = [...this.variables.values()].map((v) => `$${v.name}: ${v.type}${v.default ?? ''}`);
    const variables = declared.length ? `(${declared.join(this.random.pick([', ', ' ']))})` : '';
    const head = name || variables ? `query ${name}${variables} ` : this.random.pick(['', 'query ']);
    return { name, text: head + set };
  }

  set(type, depth) {
    const parts = [];
    const fields = isCompositeType(type) && type.getFields ? Object.values(type.getFields()) : [];
    const usable = fields.filter((f) => depth < DEEPEST || isLeafType(getNamedType(f.type)));
    const wanted = 1 + this.random.below(4);
    for (let n = 0; n < wanted && usable.length; n += 1) parts.push(this.field(this.random.pick(usable), depth));
    if (!parts.length || this.random.chance(0.15)) parts.push(`__typename${this.directives()}`);
    if (depth === 0 && this.random.chance(0.04)) parts.push(this.field(this.random.pick([SchemaMetaFieldDef, TypeMetaFieldDef]), DEEPEST - 2));
    if (depth < DEEPEST && this.random.chance(0.25)) parts.push(this.inline(type, depth));
    if (depth < DEEPEST && this.random.chance(0.2)) parts.push(this.spread(type, depth));
    return `{ ${parts.join(this.random.pick([' ', ', ', '\n', ' # a { comment\n']))} }`;
  }

  field(field, depth) {
    const args = field.args.filter((a) => isRequiredArgument(a) || this.random.chance(0.3));
    // Two fields under one key must be alike: an alias of its own keeps them apart.
    const isPlain = !args.length && !field.args.length && isLeafType(getNamedType(field.type));
    const alias = isPlain && this.random.chance(0.7) ? '' : `a${(this.aliases += 1)}: `;
    const list = args.map((a) => `${a.name}: ${this.value(a.type, a.defaultValue !== undefined, 0)}`);
    const text = `${alias}${field.name}${list.length ? `(${list.join(', ')})` : ''}${this.directives()}`;
    const type = getNamedType(field.type);
    return isLeafType(type) ? text : `${text} ${this.set(type, depth + 1)}`;
  }

  directives() {
    if (!this.random.chance(0.08)) return '';
    const name = this.random.pick(['skip', 'include']);
    const nonNull = { toString: () => 'Boolean!' };
    const value = this.random.chance(0.5) ? String(this.random.chance(0.5)) : `$${this.variable(nonNull, '')}`;
    return ` @${name}(if: ${value})`;
  }

  overlapping(type) {
    const possible = new Set(this.possible(type));
    return this.composites.filter((other) => this.possible(other).some((o) => possible.has(o)));
  }

  possible(type) {
    return isObjectType(type) ? [type] : this.schema.getPossibleTypes(type);
  }

  inline(type, depth) {
    if (type.name.startsWith('__') || this.random.chance(0.2)) return `...${this.directives()} ${this.set(type, depth + 1)}`;
    const on = this.random.pick(this.overlapping(type));
    return `... on ${on.name}${this.directives()} ${this.set(on, depth + 1)}`;
  }

  spread(type, depth) {
    if (type.name.startsWith('__')) return '__typename';
    const known = this.own.filter((f) => f.set && this.overlapping(type).some((o) => o.name === f.on));
    if (known.length && this.random.chance(0.5)) return `...${this.random.pick(known).name}${this.directives()}`;
    const on = this.random.pick(this.overlapping(type));
    const fragment = { name: `F${this.fragments.length}`, on: on.name, set: '' };
    this.fragments.push(fragment);
    fragment.set = this.set(on, depth + 1);
    this.own.push(fragment);
    return `...${fragment.name}${this.directives()}`;
  }

  variable(type, byDefault) {
    const known = [...this.variables.values()].filter((v) => v.type === String(type) && !v.default);
    if (known.length && this.random.chance(0.4)) return this.random.pick(known).name;
    const name = `v${this.variables.size}`;
    this.variables.set(name, { name, type: String(type), default: byDefault });
    return name;
  }

  value(type, hasDefault, depth) {
    if (this.random.chance(depth ? 0.1 : 0.25)) return `$${this.declared(type, hasDefault)}`;
    return this.literal(type, depth);
  }

  /** A variable that may stand where `type` is wanted. */
  declared(type, hasDefault) {
    const nullable = getNullableType(type);
    if (isNonNullType(type)) {
      if (hasDefault && this.random.chance(0.5)) return this.variable(nullable, '');
      if (this.random.chance(0.3)) return this.variable(nullable, ` = ${this.literal(type, 9)}`);
      return this.variable(type, '');
    }
    const stricter = this.random.chance(0.4) ? `${type}!` : String(type);
    const inner = isListType(type) && !isNonNullType(type.ofType) && this.random.chance(0.3) ? `[${type.ofType}!]` : stricter;
    return this.variable({ toString: () => inner }, this.random.chance(0.2) && !inner.endsWith('!') ? ` = ${this.literal(type, 9)}` : '');
  }

  /** Deeper than 8: a constant. */
  literal(type, depth) {
    if (isNonNullType(type)) return this.literal(type.ofType, depth) === 'null' ? this.solid(type.ofType, depth) : this.solid(type.ofType, depth);
    return this.random.chance(0.06) ? 'null' : this.solid(type, depth);
  }

  solid(type, depth) {
    const inner = (t, d) => (depth > 8 ? this.literal(t, depth) : this.value(t, false, d));
    if (isListType(type)) {
      // A single value is a list of one.
      if (this.random.chance(0.15)) return this.solid(getNullableType(type.ofType), depth);
      return `[${Array.from({ length: this.random.below(3) }, () => inner(type.ofType, depth + 1)).join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((f) => isRequiredInputField(f) || this.random.chance(0.3));
      return `{${fields.map((f) => `${f.name}: ${inner(f.type, depth + 1)}`).join(', ')}}`;
    }
    if (isEnumType(type)) return this.random.pick(type.getValues()).name;
    const scalars = {
      Int: ['0', '5', '-3', '2147483647', '-2147483648'],
      Float: ['0', '1.5', '-2e3', '7'],
      String: ['""', '"a"', '"\\u00e4 \\n { ["', '"""block "quoted" text"""'],
      Boolean: ['true', 'false'],
      ID: ['"abc"', '12', '""'],
      Decimal: ['"12.99"', '3', '4.5'],
    };
    return this.random.pick(scalars[type.name] ?? ['"x"']);
  }
}
