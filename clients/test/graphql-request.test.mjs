// graphql-request, which most users of TanStack Query fetch with.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ClientError, GraphQLClient, gql } from 'graphql-request';
import { start } from './server.mjs';
import { recorder } from './wire.mjs';

const server = await start();
after(() => server.stop());

const PRODUCTS = gql`query Products($first: Int!) { products(first: $first) { nodes { id title } } }`;

for (const method of ['POST', 'GET']) {
  test(`a query by ${method}`, async () => {
    const { fetch, requests } = recorder();
    const client = new GraphQLClient(server.url, { method, fetch, jsonSerializer: JSON });
    const data = await client.request(PRODUCTS, { first: 2 });
    assert.equal(data.products.nodes.length, 2);
    assert.deepEqual(requests.map((request) => [request.method, request.status]), [[method, 200]]);
  });
}

test('errors have their codes', async () => {
  const error = await new GraphQLClient(server.url).request('{ nothing }').then(() => null, (error) => error);
  assert.ok(error instanceof ClientError, String(error));
  assert.equal(error.response.status, 400);
  assert.deepEqual(error.response.errors.map(({ extensions }) => extensions.code), ['GRAPHQL_VALIDATION_FAILED']);
});

test('a batch is refused in words that its users understand', async () => {
  const batch = [{ document: '{ __typename }' }, { document: '{ __typename }' }];
  const error = await new GraphQLClient(server.url).batchRequests(batch).then(() => null, (error) => error);
  assert.match(String(error), /batching is off/);
});
