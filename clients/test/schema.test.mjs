// The schema that is served, in the eyes of graphql-js, graphql-inspector, graphql-eslint and Relay's rules.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { diff } from '@graphql-inspector/core';
import { ESLint } from 'eslint';
import { buildClientSchema, buildSchema, getIntrospectionQuery, introspectionFromSchema, isInterfaceType, isScalarType, isSpecifiedScalarType, validateSchema } from 'graphql';
import { start } from './server.mjs';
import { ask, codes } from './wire.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = `${ROOT}.out/schema`;
const server = await start();
after(() => server.stop());

const EVERYTHING = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};

/** Complaints of graphql-eslint that are accepted, each with its reason. */
const ACCEPTED = [
  // The name of the field in Shopify's files and API, which shops know: `type` would say less.
  /no-typename-prefix: Field "productType" starts with the name of the parent type "Product"/,
  // Directives of the language itself; async-graphql writes their definitions without descriptions of the arguments.
  /require-description: .* in directive "(include|skip|specifiedBy|deprecated|oneOf)"/,
];

const run = async (query, variables) => (await ask(server.url, { body: { query, variables } })).json;

/** @type {import('graphql').GraphQLSchema} */
let introspected;
let sdl;

before(async () => {
  const answer = await run(getIntrospectionQuery(EVERYTHING));
  assert.deepEqual(answer.errors ?? [], []);
  introspected = buildClientSchema(answer.data);
  sdl = await (await fetch(`${server.origin}/schema.graphql`)).text();
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${OUT}/schema.graphql`, sdl);
});

test('the introspected schema is valid', () => assert.deepEqual(validateSchema(introspected).map(String), []));

test('the served text is the committed one', () => {
  assert.equal(sdl, readFileSync(`${ROOT}../schema.graphql`, 'utf8'));
});

test('the served text and introspection are the same schema', async () => {
  // By way of introspection, so that `@specifiedBy` is a property on both sides.
  const written = buildClientSchema(introspectionFromSchema(buildSchema(sdl), EVERYTHING));
  const changes = await diff(introspected, written);
  assert.deepEqual(changes.map(({ criticality, message }) => `${criticality.level}: ${message}`), []);
});

test('Node and Query.node(id: ID!) are there', () => {
  assert.ok(isInterfaceType(introspected.getType('Node')));
  assert.equal(String(introspected.getQueryType().getFields().node.args.find(({ name }) => name === 'id').type), 'ID!');
});

// It cannot be set in async-graphql 7. Where this fails it can: give the schema a description of its own.
test('the description of the schema is that of async-graphql', () => {
  assert.match(introspected.description, /^A GraphQL Schema defines the capabilities/);
});

test('custom scalars say their specification', () => {
  const own = Object.values(introspected.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));
  assert.ok(own.length > 0);
  assert.deepEqual(own.filter((type) => !type.specifiedByURL).map(String), []);
});

test('a global id comes back from node(id:), another one is null or a clear error', async () => {
  const first = await run('{ products(first: 1) { nodes { id } } }');
  const { id } = first.data.products.nodes[0];
  const again = await run('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
  assert.deepEqual(again.data.node, { __typename: 'Product', id });
  const wrong = await run('query ($id: ID!) { node(id: $id) { id } }', { id: 'not-an-id' });
  assert.equal(wrong.data.node, null);
  assert.deepEqual(codes(wrong), ['BAD_USER_INPUT']);
});

test('pages follow each other without overlap, and their cursors are those of their edges', async () => {
  const page = `query ($after: String) { products(first: 2, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const { edges, pageInfo } = (await run(page)).data.products;
  assert.equal(pageInfo.startCursor, edges[0].cursor);
  assert.equal(pageInfo.endCursor, edges.at(-1).cursor);
  const next = (await run(page, { after: pageInfo.endCursor })).data.products;
  const seen = new Set(edges.map(({ node }) => node.id));
  assert.ok(next.edges.length > 0 && next.edges.every(({ node }) => !seen.has(node.id)));
});

test('a page size below one and a cursor of nobody are clear errors', async () => {
  assert.deepEqual(codes(await run('{ products(first: -1) { totalCount } }')), ['BAD_USER_INPUT']);
  assert.deepEqual(codes(await run('{ products(first: 1, after: "junk") { totalCount } }')), ['BAD_CURSOR']);
});

test('graphql-eslint has no complaint', async () => {
  process.env.SCHEMA = `${OUT}/schema.graphql`;
  const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: `${ROOT}eslint.config.mjs`, ignore: false });
  const results = await eslint.lintFiles([process.env.SCHEMA]);
  const complaints = results.flatMap(({ messages }) => messages).map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`);
  const isAccepted = (complaint) => ACCEPTED.some((accepted) => accepted.test(complaint));
  assert.deepEqual(complaints.filter((complaint) => !isAccepted(complaint)), []);
  const needless = ACCEPTED.filter((accepted) => !complaints.some((complaint) => accepted.test(complaint)));
  assert.deepEqual(needless, [], 'an exception that nothing needs: remove it');
});

test('graphql-schema-linter finds the rules of Relay kept', () => {
  const rules = 'relay-connection-types-spec,relay-connection-arguments-spec,relay-page-info-spec,deprecations-have-a-reason';
  const program = `${ROOT}node_modules/.bin/graphql-schema-linter`;
  const { status, stdout, stderr } = spawnSync(program, ['--rules', rules, `${OUT}/schema.graphql`], { encoding: 'utf8', cwd: ROOT });
  assert.equal(status, 0, stdout + stderr);
});
