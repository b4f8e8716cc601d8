// Suites that stand alone: `suites/*.mjs` run against a live server and end with status 0 when all of it passed. They
// get GRAPHQL_URL, GRAPHQL_SSE_URL, GRAPHQL_WS_URL, and the id of a product that keeps changing in PRODUCT_ID.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { obstacle, shop } from './live.mjs';

const FOLDER = fileURLToPath(new URL('../suites/', import.meta.url));
const suites = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs'));
const reason = suites.length === 0 ? 'there is none' : await obstacle();
if (reason) console.error(`SKIPPED: suites/*.mjs: ${reason}`);

describe('suites', { skip: reason }, () => {
  let live;
  before(async () => {
    live = await shop();
    live.keepChanging();
  });
  after(() => live?.stop());

  for (const name of suites) {
    test(name, async () => {
      const query = `subscription { productChanged(ids: [${JSON.stringify(live.id)}]) { productId } }`;
      const env = {
        ...process.env,
        GRAPHQL_URL: live.url,
        GRAPHQL_SSE_URL: live.url,
        GRAPHQL_WS_URL: live.ws,
        PRODUCT_ID: live.id,
        WS_SUB: query,
        WS_LONG: query,
      };
      const child = spawn(process.execPath, [FOLDER + name], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stdout.on('data', (text) => (said += text));
      child.stderr.on('data', (text) => (said += text));
      const status = await new Promise((resolve) => child.once('close', resolve));
      assert.equal(status, 0, said);
    });
  }
});
