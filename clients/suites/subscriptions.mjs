// Starts the server and a writer, runs the suites of the subscription transports, stops both.
// usage: DATABASE_URL=postgres://… node subscriptions.mjs [PATH OF tradewind]
// The writer is a process of its own (`tradewind import shopify`), so what is told comes from another process: that
// needs PostgreSQL.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = process.argv[2] ?? 'tradewind';
if (!/^postgres/.test(process.env.DATABASE_URL ?? '')) {
  console.error('subscriptions.mjs: set DATABASE_URL to a PostgreSQL database that may be written to');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'tradewind-subscriptions-'));
const command = (...args) => {
  const ended = spawnSync(binary, args, { encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}${ended.stdout}`);
};
const catalog = (word) => {
  const path = join(folder, `${word}.csv`);
  writeFileSync(path, `Handle,Title,Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price\n`
    + `subscribed-shirt,Shirt ${word},Suite,true,Size,S,SHIRT-S,19.90\nsubscribed-hat,Hat ${word},Suite,true,Size,M,HAT-M,9.90\n`);
  return path;
};
const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const suite = (name, env) => new Promise((resolve) => {
  const path = new URL(name, import.meta.url).pathname;
  spawn(process.execPath, [path], { stdio: 'inherit', env: { ...process.env, ...env } }).on('exit', (code) => resolve(code ?? 1));
});

let server;
let writing = true;
let failed = 1;
try {
  command('migrate');
  const files = [catalog('one'), catalog('two')];
  command('import', 'shopify', files[0]);
  const port = await freePort();
  const environment = {
    TRADEWIND_ADDRESS: '127.0.0.1', TRADEWIND_PORT: String(port), TRADEWIND_METRICS_ADDRESS: 'off',
    TRADEWIND_DRAIN_DELAY: '0', TRADEWIND_LOG: 'warn', TRADEWIND_SUBSCRIPTION_MAX_DURATION: '2s',
  };
  server = spawn(binary, ['serve'], { stdio: 'inherit', env: { ...process.env, ...environment } });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; !(await fetch(`${url}/readyz`).catch(() => ({ ok: false }))).ok; attempt++) {
    if (attempt > 100) throw new Error('the server does not get ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const writer = (async () => {
    for (let turn = 1; writing; turn++) {
      const ended = await new Promise((resolve) => {
        spawn(binary, ['import', 'shopify', files[turn % 2]], { stdio: 'ignore' }).on('exit', resolve);
      });
      if (ended !== 0) throw new Error(`the import ended with ${ended}`);
    }
  })();
  const codes = [
    await suite('ws-protocol.mjs', { GRAPHQL_WS_URL: `ws://127.0.0.1:${port}/graphql/ws` }),
    await suite('sse.mjs', { GRAPHQL_SSE_URL: `${url}/graphql` }),
  ];
  writing = false;
  await writer;
  failed = codes.filter((code) => code !== 0).length;
} finally {
  writing = false;
  if (server) {
    const ended = new Promise((resolve) => server.on('exit', resolve));
    server.kill('SIGTERM');
    const status = await ended;
    if (status !== 0) { console.error(`the server ended with ${status}`); failed = 1; }
  }
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
