// A shop on PostgreSQL in which one product keeps changing: what subscriptions need. Its database is made for it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import pg from 'pg';
import { BINARY, start } from './server.mjs';
import { ask } from './wire.mjs';

const PAUSE = 100;

/** Why there is nothing to subscribe to; `false` when there is. */
export async function obstacle() {
  const server = await start();
  const sdl = await (await fetch(`${server.origin}/schema.graphql`)).text();
  await server.stop();
  if (!buildSchema(sdl).getSubscriptionType()) return 'the served schema has no Subscription type';
  if (!process.env.DATABASE_URL?.startsWith('postgres')) {
    return 'no DATABASE_URL of a PostgreSQL, which tells a server of the changes of others (./test starts one)';
  }
  return false;
}

/** An empty database beside DATABASE_URL. */
export async function database() {
  const name = `tradewind_clients_${randomBytes(6).toString('hex')}`;
  await administrate(`CREATE DATABASE ${name}`);
  return { url: databaseUrl(name), drop: () => administrate(`DROP DATABASE ${name} WITH (FORCE)`) };
}

export async function shop() {
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-live-'));
  const { url, drop } = await database();
  const environment = { DATABASE_URL: url, TRADEWIND_METRICS_ADDRESS: 'off', TRADEWIND_DRAIN_DELAY: '0' };
  await tradewind(['migrate'], environment);
  const change = (n) => importMug(folder, n, environment);
  await change(0);
  const server = await start(environment, { args: ['serve', '--port', '0', '--address', '127.0.0.1'] });
  const { json } = await ask(server.url, { body: { query: '{ product(slug: "mug") { id } }' } });
  let changing = Promise.resolve();
  let isOver = false;
  return {
    ...server,
    id: json.data.product.id,
    keepChanging() {
      changing = (async () => {
        for (let n = 1; !isOver; n += 1) {
          await change(n);
          await new Promise((resolve) => setTimeout(resolve, PAUSE));
        }
      })();
    },
    async stop() {
      isOver = true;
      await changing;
      await server.stop();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function importMug(folder, n, environment) {
  const file = join(folder, 'mug.csv');
  writeFileSync(
    file,
    `Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\nmug,Mug ${n},Title,Default Title,MUG-1,9.50,active\n`,
  );
  await tradewind(['import', 'shopify', file], environment);
}

/** Runs a command to its end. */
function tradewind(args, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(BINARY, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    child.once('error', reject);
    child.once('close', (status) => (status === 0 ? resolve() : reject(new Error(`tradewind ${args.join(' ')}: ${status}\n${said}`))));
  });
}

function databaseUrl(name) {
  const url = new URL(process.env.DATABASE_URL);
  url.pathname = `/${name}`;
  return url.href;
}

async function administrate(statement) {
  const url = new URL(process.env.DATABASE_URL);
  // A folder of a Unix socket stands in `host`.
  const host = url.searchParams.get('host') ?? url.hostname;
  const { username: user, password, pathname } = url;
  const client = new pg.Client({ host, port: Number(url.port || 5432), user: decodeURIComponent(user), password: decodeURIComponent(password), database: pathname.slice(1) });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
