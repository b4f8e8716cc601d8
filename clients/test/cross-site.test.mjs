// What a page of another origin can make a browser send, and what a browser lets it read.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from './server.mjs';
import { ask, codes } from './wire.mjs';

const server = await start({ TRADEWIND_CORS_ORIGINS: 'https://shop.example' });
after(() => server.stop());

const body = JSON.stringify({ query: '{ __typename }' });

test('a POST that needs no preflight is refused', async () => {
  const form = new FormData();
  form.set('operations', body);
  const simple = [
    { body, headers: { 'content-type': 'text/plain' } },
    { body, headers: { 'content-type': 'text/plain; application/json' } },
    { body: 'query={__typename}', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    { body: form },
    { body: new Blob([body]) },
  ];
  for (const init of simple) {
    const response = await fetch(server.url, { method: 'POST', ...init });
    assert.equal(response.status, 415);
    assert.deepEqual(codes(await response.json()), ['BAD_USER_INPUT']);
  }
});

test('a GET changes nothing', async () => {
  const { status, headers, json } = await ask(`${server.url}?query=mutation{__typename}`);
  assert.equal(status, 405);
  assert.equal(headers.get('allow'), 'POST');
  assert.deepEqual(codes(json), ['BAD_USER_INPUT']);
});

test('a preflight allows the listed origin what clients send, and others nothing', async () => {
  const preflight = (origin) =>
    fetch(server.url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'apollographql-client-name,content-type,tradewind-channel',
      },
    });
  const allowed = await preflight('https://shop.example');
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://shop.example');
  assert.equal(allowed.headers.get('access-control-allow-headers'), 'apollographql-client-name,content-type,tradewind-channel');
  assert.match(allowed.headers.get('access-control-allow-methods'), /POST/);
  const other = await preflight('https://evil.example');
  assert.deepEqual([...other.headers.keys()].filter((name) => name.startsWith('access-control')), []);
});
