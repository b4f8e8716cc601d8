// The suites of `../suites`. They stand alone: each is a program that ends with status 0 when all of it passed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { database, obstacle } from './live.mjs';
import { BINARY, start } from './server.mjs';

/** Runs a suite to its end; its environment is this one only. */
async function passes(suite, args, environment) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../suites/${suite}`, import.meta.url)), ...args], {
    // The server refuses variables of the tests, such as TRADEWIND_BIN.
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, said);
  return said;
}

test('verdicts on generated documents are those of graphql-js', async (context) => {
  // Its limits are the defaults, as the suite expects.
  const server = await start();
  context.after(() => server.stop());
  const { DOCUMENTS = '2000', SEED = '1' } = process.env;
  const said = await passes('validation.mjs', [], { GRAPHQL_URL: server.url, DOCUMENTS, SEED });
  context.diagnostic(said.trim());
});

const reason = await obstacle();
if (reason) console.error(`SKIPPED: ws-protocol and sse: ${reason}`);

// It starts a server and a writer, and runs ws-protocol.mjs and sse.mjs against them.
test('ws-protocol and sse', { skip: reason }, async (context) => {
  const { url, drop } = await database();
  context.after(drop);
  await passes('subscriptions.mjs', [BINARY], { DATABASE_URL: url });
});
