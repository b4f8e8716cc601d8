// urql, as an application uses it. Its queries are GETs by default, and accept event streams.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client, fetchExchange, gql } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { start } from './server.mjs';
import { recorder } from './wire.mjs';

const server = await start();
after(() => server.stop());

const PRODUCTS = gql`query Products($first: Int!) { products(first: $first) { nodes { id title } } }`;

function client(options = {}, before = []) {
  const { fetch, requests } = recorder();
  const urql = new Client({ url: server.url, fetch, exchanges: [...before, fetchExchange], ...options });
  return { urql, requests };
}

const sent = (requests) => requests.map(({ method, status, parameters }) => [method, status, parameters.query !== undefined]);

test('a query by GET, which is its default', async () => {
  const { urql, requests } = client();
  const { data, error } = await urql.query(PRODUCTS, { first: 2 }).toPromise();
  assert.ifError(error);
  assert.equal(data.products.nodes.length, 2);
  assert.deepEqual(sent(requests), [['GET', 200, true]]);
  assert.match(requests[0].headers.get('accept'), /event-stream/);
  assert.match(requests[0].type, /^application\/graphql-response\+json/);
});

test('a query by POST', async () => {
  const { urql, requests } = client({ preferGetMethod: false });
  const { data, error } = await urql.query(PRODUCTS, { first: 2 }).toPromise();
  assert.ifError(error);
  assert.equal(data.products.nodes.length, 2);
  assert.deepEqual(sent(requests), [['POST', 200, true]]);
});

test('errors have their codes', async () => {
  const { urql } = client();
  const { error } = await urql.query(gql`query { nothing }`, {}).toPromise();
  assert.deepEqual(error.graphQLErrors.map(({ extensions }) => extensions.code), ['GRAPHQL_VALIDATION_FAILED']);
  assert.equal(error.networkError, undefined);
});

test('automatic persisted queries', async () => {
  const query = gql`query PersistedUrql { products(first: 1) { nodes { title } } }`;
  const first = client({}, [persistedExchange()]);
  const answer = await first.urql.query(query, {}).toPromise();
  assert.ifError(answer.error);
  assert.deepEqual(sent(first.requests).map(([, status, text]) => [status, text]), [[400, false], [200, true]]);
  const second = client({}, [persistedExchange({ preferGetForPersistedQueries: true })]);
  const again = await second.urql.query(query, {}).toPromise();
  assert.equal(again.data.products.nodes.length, 1);
  assert.deepEqual(sent(second.requests), [['GET', 200, false]]);
});

test('where a preflight is required its GET needs a header, and says so', async () => {
  const strict = await start({ TRADEWIND_CSRF_PREVENTION: 'true' });
  try {
    const bare = await client({ url: strict.url }).urql.query(PRODUCTS, { first: 1 }).toPromise();
    assert.deepEqual(bare.error.graphQLErrors.map(({ extensions }) => extensions.code), ['FORBIDDEN']);
    assert.match(bare.error.message, /GraphQL-Require-Preflight/);
    const fetchOptions = { headers: { 'graphql-require-preflight': '1' } };
    const { data, error } = await client({ url: strict.url, fetchOptions }).urql.query(PRODUCTS, { first: 1 }).toPromise();
    assert.ifError(error);
    assert.equal(data.products.nodes.length, 1);
  } finally {
    await strict.stop();
  }
});
