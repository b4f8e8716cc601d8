// Apollo Client, as an application uses it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { start } from './server.mjs';
import { recorder } from './wire.mjs';

const server = await start();
after(() => server.stop());

const PRODUCTS = gql`query Products($first: Int!) { products(first: $first) { nodes { id title } } }`;
const MODERN = 'application/graphql-response+json; charset=utf-8';

/** A client over `link`, or plain HTTP, with what it sent. */
function client(options, before = []) {
  const { fetch, requests } = recorder();
  const link = ApolloLink.from([...before, new HttpLink({ uri: server.url, fetch, ...options })]);
  return { apollo: new ApolloClient({ link, cache: new InMemoryCache() }), requests };
}

const persisted = (options) =>
  new PersistedQueryLink({ sha256: (text) => createHash('sha256').update(text).digest('hex'), ...options });

const sent = (requests) => requests.map(({ method, status, parameters }) => [method, status, parameters.query !== undefined]);

test('a query by POST', async () => {
  const { apollo, requests } = client();
  const { data } = await apollo.query({ query: PRODUCTS, variables: { first: 2 } });
  assert.equal(data.products.nodes.length, 2);
  assert.deepEqual(requests.map(({ method, status, type }) => [method, status, type]), [['POST', 200, MODERN]]);
});

test('a query by GET', async () => {
  const { apollo, requests } = client({ useGETForQueries: true });
  const { data } = await apollo.query({ query: PRODUCTS, variables: { first: 2 } });
  assert.equal(data.products.nodes.length, 2);
  assert.deepEqual(requests.map(({ method, status }) => [method, status]), [['GET', 200]]);
});

test('errors of the document and of the data arrive as GraphQL errors with their codes', async () => {
  const { apollo } = client();
  const cases = [
    [gql`query { nothing }`, 'GRAPHQL_VALIDATION_FAILED'],
    [gql`query { products(first: 101) { totalCount } }`, 'BAD_USER_INPUT'],
    [gql`query { products(after: "junk") { totalCount } }`, 'BAD_CURSOR'],
  ];
  for (const [query, code] of cases) {
    const error = await apollo.query({ query }).then(() => null, (error) => error);
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    assert.deepEqual(error.errors.map(({ extensions }) => extensions.code), [code]);
  }
});

for (const [useGETForHashedQueries, method] of [[false, 'POST'], [true, 'GET']]) {
  test(`automatic persisted queries by ${method}`, async () => {
    // A text of its own, so that nobody has registered it.
    const query = gql`query Persisted${method} { products(first: 1) { nodes { title } } }`;
    const first = client({}, [persisted({ useGETForHashedQueries })]);
    assert.equal((await first.apollo.query({ query })).data.products.nodes.length, 1);
    assert.deepEqual(sent(first.requests), [[method, 400, false], ['POST', 200, true]]);
    const second = client({}, [persisted({ useGETForHashedQueries })]);
    assert.equal((await second.apollo.query({ query })).data.products.nodes.length, 1);
    assert.deepEqual(sent(second.requests), [[method, 200, false]]);
  });
}

test('an old client that accepts plain JSON only registers its queries too', async () => {
  const query = gql`query PersistedLegacy { products(first: 1) { nodes { title } } }`;
  const { apollo, requests } = client({ headers: { accept: 'application/json' } }, [persisted()]);
  assert.equal((await apollo.query({ query })).data.products.nodes.length, 1);
  assert.deepEqual(sent(requests), [['POST', 200, false], ['POST', 200, true]]);
});

test('persisted queries that are off are switched off in the client', async () => {
  const off = await start({ TRADEWIND_PERSISTED_QUERIES: '0' });
  try {
    const { apollo, requests } = client({ uri: off.url }, [persisted()]);
    const { data } = await apollo.query({ query: PRODUCTS, variables: { first: 1 } });
    assert.equal(data.products.nodes.length, 1);
    await apollo.query({ query: PRODUCTS, variables: { first: 2 } });
    assert.deepEqual(sent(requests), [['POST', 400, false], ['POST', 200, true], ['POST', 200, true]]);
  } finally {
    await off.stop();
  }
});

test('a GET of Apollo Client passes where a preflight is required, one of any page does not', async () => {
  const strict = await start({ TRADEWIND_CSRF_PREVENTION: 'true' });
  try {
    const { apollo } = client({ uri: strict.url, useGETForQueries: true });
    assert.equal((await apollo.query({ query: PRODUCTS, variables: { first: 1 } })).data.products.nodes.length, 1);
    assert.equal((await fetch(`${strict.url}?query={__typename}`)).status, 403);
  } finally {
    await strict.stop();
  }
});
