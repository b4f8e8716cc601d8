// One change to a document, so that most become invalid, each in its own way.
import { Lexer, Source, TokenKind } from 'graphql';

function tokens(text) {
  const lexer = new Lexer(new Source(text));
  const all = [];
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) all.push(token);
  return all;
}

const replace = (text, token, by) => text.slice(0, token.start) + by + text.slice(token.end);
const NAMES = ['nope', 'id', 'name', 'products', 'first', 'Query', 'Node', 'Product', 'String', 'Int', 'on', 'true', 'null', 'title', '__typename', '__schema', 'TITLE', 'if', 'skip', 'F0', 'v0', 'Op0'];
const VALUES = ['1', '1.0', '2147483648', '-2147483649', '99999999999999999999', '"s"', 'true', 'null', 'TITLE', '[1, "a"]', '{a: 1}', '{}', '[]', '$v0', '$nope', '[[$v0]]', '{id: $v0}', '{name: "a", name: "b", values: []}', '1e2', '"""b"""'];
const PIECES = [
  '@skip(if: true)', '@include(if: $v0)', '@include', '@skip(if: 1)', '@nope', '@deprecated', '@include(if: true) @include(if: false)',
  '(nope: 1)', '(id: "a", id: "b")', '(first: 2147483648)', '{ id }', '...F0', '... on Product { id }', '... on Nope { id }',
  '... on String { id }', '__typename', '__typename @skip(if: $v0)', '__typename(a: 1)', '__typename { id }', 'x: id', 'x: title',
  'a1: __typename', '__schema { queryType { name } }', '__type { name }', 'filter: {search: "a", search: "b"}', 'products(filter: {search: "a", search: "b"}) { totalCount }',
  'products(filter: {price: {min: TITLE}}) { totalCount }', 'products(first: 1.0) { totalCount }', 'y: products(first: 1) { z: totalCount } y: products(first: 2) { z: totalCount }',
  'y: channel { z: id } y: channel { z: name }', 'node(id: "a") { ... on Product { w: vendor } ... on Media { w: width } }',
  'node(id: "a") { ... on Product { w: vendor } ... on Media { w: url } }', 'node(id: "a") { w: id ... on Media { w: url } }',
  'predictiveSearch(query: "a", limit: null) { queries { text } }', 'predictiveSearch(query: "a", limit: $v0) { queries { text } }',
  '$', '!', '=', '"', '{', '}', '(', ')', '[', ']', ':', '...', '#', '01', '1a', '-', '&', '|', '\\', '"\\x"', '"\\ud83d"',
];
const ENDINGS = [
  ' fragment X on Product { id }', ' fragment F0 on Query { __typename }', ' query Op0 { channel { id } }', ' { channel { id } }',
  ' mutation M { a }', ' subscription S { a }', ' query U($u: Int) { channel { id } }', ' query U($u: Nope) { node(id: $u) { id } }',
  ' query U($u: Product) { node(id: $u) { id } }', ' query U($u: ID!, $u: ID!) { node(id: $u) { id } }', ' query U($u: ID) { node(id: $u) { id } }',
  ' query U($u: [ID!]) { nodes(ids: $u) { id } }', ' query U($u: [ID!]! = ["a", null]) { nodes(ids: $u) { id } }', ' query U($u: ID = null) { node(id: $u) { id } }',
  ' query U($u: ID = "a") { node(id: $u) { id } }', ' query U($u: Int = 2147483648) { products(first: $u) { totalCount } }', ' query U($u: Int @skip(if: true)) { products(first: $u) { totalCount } }',
  ' query U() { channel { id } }', ' queryU { channel { id } }', ' type T { a: Int }', ' schema { query: Query }', ' query U @skip(if: true) { channel { id } }',
  ' query U { ...Y } fragment Y on Query { ...Z } fragment Z on Query { ...Y }', ' query U { ...Y } fragment Y on Query @include(if: true) { channel { id } }',
  ' query U { ...Y } fragment Y on Channel { id }', ' query U { ...Y } fragment Y on Int { id }', ' query U { channel { id { id } } }', ' query U { channel }',
  ' query U { products(filter: {options: {name: "a"}}) { totalCount } }', ' query U { products(filter: {options: {name: "a", values: "b"}}) { totalCount } }',
  ' query U($s: String) { products(filter: {options: [{name: $s, values: []}]}) { totalCount } }', ' query U($s: ProductSort!) { products(sort: $s) { totalCount } }',
  ' query U { products(sort: "TITLE") { totalCount } }', ' query U { products(sort: NOPE) { totalCount } }', ' query U($d: Boolean) { channel { id @skip(if: $d) } }',
  ' query U { __type(name: "A") { fields(includeDeprecated: $x) { name } } }', ' query U($x: Boolean) { __type(name: "A") { fields(includeDeprecated: $x) { name } } }',
];

/** Changes a document that graphql-js can read; what comes out may be anything. */
export function mutate(text, random) {
  const all = tokens(text);
  const names = all.filter((t) => t.kind === TokenKind.NAME);
  const values = all.filter((t) => [TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING, TokenKind.BLOCK_STRING].includes(t.kind));
  const token = random.pick(all);
  switch (random.below(11)) {
    case 0: return replace(text, token, '');
    case 1: return replace(text, token, `${text.slice(token.start, token.end)} ${text.slice(token.start, token.end)}`);
    case 2: return replace(text, random.pick(names), random.pick(NAMES));
    case 3: return replace(text, random.pick(names), text.slice(...((t) => [t.start, t.end])(random.pick(names))));
    case 4: return values.length ? replace(text, random.pick(values), random.pick(VALUES)) : text + random.pick(ENDINGS);
    case 5:
    case 6: return `${text.slice(0, token.end)} ${random.pick(PIECES)} ${text.slice(token.end)}`;
    case 7: {
      const opening = all.filter((t) => t.kind === TokenKind.BRACE_L);
      const at = random.pick(opening);
      return `${text.slice(0, at.end)} ${random.pick(PIECES)} ${text.slice(at.end)}`;
    }
    case 8: return text + random.pick(ENDINGS);
    case 9: {
      const colons = all.filter((t, n) => t.kind === TokenKind.COLON && all[n + 1]);
      if (!colons.length) return text + random.pick(ENDINGS);
      const next = all[all.indexOf(random.pick(colons)) + 1];
      return replace(text, next, random.pick([...VALUES, 'Int', 'ID!', '[ID]', 'String', 'Boolean']));
    }
    default: {
      const other = random.pick(all);
      const [first, second] = token.start < other.start ? [token, other] : [other, token];
      const [one, two] = [first, second].map((t) => text.slice(t.start, t.end));
      return first === second ? text : text.slice(0, first.start) + two + text.slice(first.end, second.start) + one + text.slice(second.end);
    }
  }
}

/** A document near one of the limits of the scan: many tokens, deep literals, brackets in strings and comments. */
export function extreme(random) {
  const near = (limit) => limit - 3 + random.below(7);
  switch (random.below(5)) {
    case 0: return `{ ${'a '.repeat(near(5000) - 2)}}`;
    case 1: {
      const depth = near(64) - 2;
      return `{ a(b: ${'['.repeat(depth)}${']'.repeat(depth)}) }`;
    }
    case 2: return `{ a(b: [${'-1.5e+3, '.repeat(near(5000) - 9)}]) }`;
    case 3: return `{ a(b: "${'[{('.repeat(100)}") # ${'{['.repeat(100)}\n c(d: """${'(['.repeat(100)} \\""" ${'{'.repeat(90)}""") }`;
    default: {
      const depth = near(64) - 2;
      return `{ a(b: ${'{c: '.repeat(depth)}1${'}'.repeat(depth)}, ...) ${'...'.repeat(3)} }`;
    }
  }
}
