// The audits of GraphQL over HTTP, by the authors of graphql-http: MUST, SHOULD and MAY.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { start } from './server.mjs';

const server = await start();
after(() => server.stop());

const audits = serverAudits({ url: server.url, fetchFn: fetch });

test('the audits are all there', () => assert.equal(audits.length, 61));

for (const { id, name, fn } of audits) {
  test(`${id} ${name}`, async () => {
    const result = await fn();
    assert.equal(result.status, 'ok', result.reason);
  });
}
