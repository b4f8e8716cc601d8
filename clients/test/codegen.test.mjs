// Generators compile against the schema that is served, and the server runs what they registered: nothing else, where
// TRADEWIND_DOCUMENTS_MODE is `require`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, cacheExchange, fetchExchange, gql as urqlGql } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { refused, start } from './server.mjs';
import { ask, codes, recorder } from './wire.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = `${ROOT}.out/codegen`;
const CLIENT_PRESET = `${ROOT}codegen/gen/persisted-documents.json`;
const RELAY = `${OUT}/relay-documents.json`;

/** Runs a program of node_modules. */
function tool(name, ...args) {
  const env = { ...process.env, SCHEMA: `${OUT}/schema.graphql`, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(`${ROOT}node_modules/.bin/${name}`, args, { cwd: ROOT, env, encoding: 'utf8' });
  assert.equal(status, 0, `${name} ${args.join(' ')}\n${stdout}${stderr}`);
}

before(async () => {
  rmSync(OUT, { recursive: true, force: true });
  // What is there is not written again.
  rmSync(`${ROOT}codegen/gen`, { recursive: true, force: true });
  rmSync(`${ROOT}codegen/relay/__generated__`, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  mkdirSync(`${ROOT}codegen/gen`, { recursive: true });
  mkdirSync(`${ROOT}codegen/relay/__generated__`, { recursive: true });
  const server = await start();
  writeFileSync(`${OUT}/schema.graphql`, await (await fetch(`${server.origin}/schema.graphql`)).text());
  await server.stop();
  // Relay's compiler wants it to exist.
  writeFileSync(RELAY, '{}');
});

describe('generators', () => {
  test('graphql-codegen, client preset', () => tool('graphql-codegen', '--config', 'codegen/codegen.ts'));
  test('gql.tada', () => tool('gql.tada', 'generate', 'output', '--tsconfig', 'codegen/tsconfig.json'));
  test('the TypeScript that they made', () => tool('tsc', '--project', 'codegen/tsconfig.json'));
  test('relay-compiler', () => tool('relay-compiler'));
});

describe('trusted documents', () => {
  let server;
  let documents;

  before(async () => {
    documents = Object.entries(JSON.parse(readFileSync(CLIENT_PRESET, 'utf8')));
    const settings = { TRADEWIND_TRUSTED_DOCUMENTS: CLIENT_PRESET, TRADEWIND_DOCUMENTS_MODE: 'require' };
    server = await start(settings);
  });
  after(() => server?.stop());

  const named = (name) => {
    const [id, text] = documents.find(([, text]) => text.includes(`query ${name}`));
    return { id, text };
  };

  test('the client preset registers what it hashes', () => {
    assert.equal(documents.length, 3);
    for (const [id, text] of documents) {
      assert.equal(id, `sha256:${createHash('sha256').update(text).digest('hex')}`);
    }
  });

  test('a document runs by its id: POST, GET, and as a page of its own', async () => {
    const { id } = named('Listing');
    const variables = { first: 2 };
    const parameters = new URLSearchParams({ documentId: id, variables: JSON.stringify(variables) });
    const path = new URLSearchParams({ variables: JSON.stringify(variables) });
    const answers = [
      await ask(server.url, { body: { documentId: id, variables } }),
      await ask(`${server.url}?${parameters}`),
      await ask(`${server.url}/d/${id}?${path}`),
    ];
    for (const { status, json } of answers) {
      assert.equal(status, 200, JSON.stringify(json));
      assert.equal(json.data.products.edges.length, 2);
    }
  });

  test('another document does not run, nor can it be registered', async () => {
    const query = '{ __typename }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    for (const body of [{ query }, { query, extensions }]) {
      const { status, json } = await ask(server.url, { body });
      assert.equal(status, 403);
      assert.deepEqual(codes(json), ['FORBIDDEN']);
    }
    const missing = await ask(server.url, { body: { documentId: `sha256:${sha256Hash}` } });
    assert.deepEqual(codes(missing.json), ['PERSISTED_QUERY_NOT_FOUND']);
  });

  test('Apollo Client sends the id in place of its own hash', async () => {
    const { id, text } = named('ProductPage');
    const { fetch, requests } = recorder();
    const link = ApolloLink.from([
      new PersistedQueryLink({ generateHash: () => id, useGETForHashedQueries: true }),
      new HttpLink({ uri: server.url, fetch }),
    ]);
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const slug = await anySlug();
    const { data } = await client.query({ query: gql(text), variables: { slug } });
    assert.equal(data.product.slug, slug);
    assert.deepEqual(requests.map(({ method, parameters }) => [method, parameters.query]), [['GET', undefined]]);
    client.stop();
  });

  test('urql does the same', async () => {
    const { id, text } = named('ProductPage');
    const { fetch, requests } = recorder();
    const exchanges = [
      cacheExchange,
      persistedExchange({ enforcePersistedQueries: true, enableForMutation: true, generateHash: async () => id }),
      fetchExchange,
    ];
    const client = new Client({ url: server.url, exchanges, fetch });
    const slug = await anySlug();
    const { data, error } = await client.query(urqlGql(text), { slug }).toPromise();
    assert.ifError(error);
    assert.equal(data.product.slug, slug);
    assert.deepEqual(requests.map(({ method, parameters }) => [method, parameters.query]), [['GET', undefined]]);
  });

  test("Relay's documents run by their hash", async () => {
    const relay = await start({ TRADEWIND_TRUSTED_DOCUMENTS: RELAY, TRADEWIND_DOCUMENTS_MODE: 'require' });
    try {
      const documents = Object.entries(JSON.parse(readFileSync(RELAY, 'utf8')));
      assert.equal(documents.length, 4);
      const [id] = documents.find(([, text]) => text.includes('query listingQuery'));
      const { json } = await ask(relay.url, { body: { documentId: id, variables: { count: 3 } } });
      assert.equal(json.data.products.edges.length, 3, JSON.stringify(json));
    } finally {
      await relay.stop();
    }
  });

  test('a file of another schema stops the server at once', async () => {
    const text = 'query Old { noSuchField }';
    const id = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    writeFileSync(`${OUT}/old-documents.json`, JSON.stringify({ [id]: text }));
    const message = await refused({ TRADEWIND_TRUSTED_DOCUMENTS: `${OUT}/old-documents.json` });
    assert.match(message, /noSuchField/);
  });

  async function anySlug() {
    const { json } = await ask(server.url, { body: { documentId: named('Listing').id, variables: { first: 1 } } });
    return json.data.products.edges[0].node.slug;
  }
});
