// The suites of the WebSocket protocol and of server-sent events. They stand alone: `suites/subscriptions.mjs` takes the
// binary as its argument and an empty PostgreSQL as DATABASE_URL, and ends with status 0 when all of it passed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { database, obstacle } from './live.mjs';
import { BINARY } from './server.mjs';

/** It starts a server and a writer, and runs ws-protocol.mjs and sse.mjs against them. */
const SUITE = fileURLToPath(new URL('../suites/subscriptions.mjs', import.meta.url));
const reason = existsSync(SUITE) ? await obstacle() : 'suites/subscriptions.mjs is not there';
if (reason) console.error(`SKIPPED: ws-protocol and sse: ${reason}`);

test('ws-protocol and sse', { skip: reason }, async (context) => {
  const { url, drop } = await database();
  context.after(drop);
  const child = spawn(process.execPath, [SUITE, BINARY], {
    // The server refuses variables of the tests, such as TRADEWIND_BIN.
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, said);
});
