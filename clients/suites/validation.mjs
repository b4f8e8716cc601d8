// Compares verdicts on generated documents with graphql-js, and the scan's refusals with graphql-js's own lexer.
//   GRAPHQL_URL   the server (its limits are the defaults)
//   DOCUMENTS     how many (2000)   SEED (1)
// Exit status 1 and each difference, when there is one that is not among the known ones below.
import { readFileSync } from 'node:fs';
import { buildSchema, getOperationAST, GraphQLError, Kind, Lexer, parse, Source, TokenKind, validate, visit } from 'graphql';
import { Generator } from './validation/generate.mjs';
import { extreme, mutate } from './validation/mutate.mjs';
import { Random } from './validation/random.mjs';

const url = process.env.GRAPHQL_URL ?? 'http://127.0.0.1:4000/graphql';
const count = Number(process.env.DOCUMENTS ?? 2000);
const seed = Number(process.env.SEED ?? 1);
const LIMITS = { bytes: 65536, tokens: 5000, brackets: 64 };

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
// graphql-js knows only the names of custom scalars; these accept what their descriptions say.
const literal = (name, kinds) => {
  schema.getType(name).parseLiteral = (node) => {
    if (!kinds.includes(node.kind)) throw new GraphQLError(`not a ${name}`);
    return node.value;
  };
};
literal('Decimal', [Kind.STRING, Kind.INT, Kind.FLOAT]);
literal('DateTime', [Kind.STRING]);

/** What the server refuses and graphql-js does not, for a reason, by the server's first error. */
const KNOWN = [
  {
    reason: 'introspection has `includeDeprecated: Boolean! = false`, as the specification of September 2025; graphql-js has `Boolean = false`',
    is: ({ message }) => /^`includeDeprecated` is null, but its type `Boolean!`/.test(message),
  },
  {
    reason: '`__Schema.directives` takes `includeDeprecated` in graphql-js only: it is no part of a specification yet',
    is: ({ message }) => message === '`__Schema.directives` has no argument `includeDeprecated`.',
  },
  {
    reason: '`__Directive.isDeprecated` and `deprecationReason` are in graphql-js only: they are no part of a specification yet',
    is: ({ message }) => /^`__Directive` has no field `(isDeprecated|deprecationReason)`/.test(message),
  },
  {
    reason: 'an `ID` written as a number beyond 64 bits: the parser keeps it as a float, and it is no id of this shop',
    is: ({ message }) => /` is -?1e\+\d\d, but must be `ID`/.test(message),
  },
  {
    reason: 'descriptions in executable documents are of September 2025; async-graphql 7.2.1 parses those of October 2021',
    is: ({ code }, text) => code === 'GRAPHQL_PARSE_FAILED' && described(text),
  },
];

/** Whether an operation, fragment or variable has a description. */
function described(text) {
  let found = false;
  visit(parse(text), { enter: (node) => { found ||= node.description !== undefined; } });
  return found;
}

/** What graphql-js says: undefined when it accepts. Two things it finds out only when it executes. */
function oracle({ text, name }) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return `syntax: ${error.message}`;
  }
  const [error] = validate(schema, document);
  if (error) return error.message;
  if (!getOperationAST(document, name)) return 'no such operation, or several and no name';
  const rootless = document.definitions.find((d) => d.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(d.operation));
  return rootless && `the schema has no ${rootless.operation}`;
}

/** Which limit of the scan a text exceeds by graphql-js's lexer: undefined for none, null where it is no GraphQL. */
function exceeded(text) {
  if (Buffer.byteLength(text) > LIMITS.bytes) return 'documentBytes';
  const lexer = new Lexer(new Source(text));
  let [tokens, open] = [0, 0];
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      if (['{', '[', '('].includes(token.kind)) open += 1;
      if (['}', ']', ')'].includes(token.kind)) open = Math.max(0, open - 1);
      tokens += 1;
      if (tokens > LIMITS.tokens) return 'tokens';
      if (open > LIMITS.brackets) return 'brackets';
    }
  } catch {
    return null;
  }
  return undefined;
}

/** The server's verdict. No channel has this name, so nothing valid runs. */
async function ask({ text, name }) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'tradewind-channel': 'none-of-them' },
    body: JSON.stringify({ query: text, operationName: name, variables: {} }),
  });
  const { errors } = await response.json();
  const [{ message, extensions }] = errors;
  const limit = /\((\w+)\):/.exec(message)?.[1];
  if (extensions.code === 'QUERY_TOO_COSTLY') return { limit, message };
  return { refused: ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'].includes(extensions.code), code: extensions.code, message };
}

const random = new Random(seed);
const generator = new Generator(schema, random);
function* documents() {
  for (let n = 0; n < count; n += 1) {
    if (random.chance(0.02)) {
      yield { text: extreme(random) };
      continue;
    }
    const document = generator.document();
    if (random.chance(0.3)) yield document;
    else yield { ...document, text: mutate(document.text, random) };
  }
}

const found = { accepted: 0, refused: 0, limited: 0, known: 0 };
const differences = [];
function compare(document, answer) {
  const limit = exceeded(document.text);
  const isScan = ['documentBytes', 'tokens', 'brackets'].includes(answer.limit);
  if (limit !== null && (isScan ? answer.limit : undefined) !== limit) {
    differences.push({ ...document, expected: `scan: ${limit}`, got: answer.message });
    return;
  }
  if (answer.limit) {
    found.limited += 1;
    return;
  }
  const expected = oracle(document);
  if (answer.refused === (expected !== undefined)) {
    found[answer.refused ? 'refused' : 'accepted'] += 1;
    return;
  }
  const known = expected === undefined && KNOWN.find((known) => known.is(answer, document.text));
  if (known) found.known += 1;
  else differences.push({ ...document, expected: expected ?? 'valid', got: `${answer.code}: ${answer.message}` });
}

const queue = documents();
async function worker() {
  for (const document of queue) compare(document, await ask(document));
}
await Promise.all(Array.from({ length: 8 }, worker));

for (const { text, expected, got } of differences.slice(0, Number(process.env.SHOW ?? 20))) {
  console.log(`--- graphql-js: ${expected}\n    tradewind:  ${got}\n${text.length > 600 ? `${text.slice(0, 600)}…` : text}`);
}
console.log(`${count} documents, seed ${seed}: ${JSON.stringify(found)}, ${differences.length} differences`);
process.exit(differences.length ? 1 : 0);
