// A server of its own for each test file: the built binary on a free port, with the demo shop in SQLite.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const BINARY =
  process.env.TRADEWIND_BIN ?? fileURLToPath(new URL('../../target/debug/tradewind', import.meta.url));

/**
 * @param {Record<string, string>} settings environment of the server
 * @param {{ args?: string[] }} [how] another command than `dev`
 */
export async function start(settings = {}, { args } = {}) {
  if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: run scripts/client-tests, or set TRADEWIND_BIN`);
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-clients-'));
  const child = spawn(BINARY, args ?? ['dev', '--port', '0', '--data', join(folder, 'data')], {
    env: { ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const origin = await announced(child).catch((error) => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    origin,
    url: `${origin}/graphql`,
    ws: `${origin.replace('http', 'ws')}/graphql/ws`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a server that must not start says. */
export async function refused(settings) {
  const server = await start(settings).catch((error) => error);
  if (server instanceof Error) return server.message;
  await server.stop();
  throw new Error('the server has started');
}

/** `dev` prints its address, `serve` logs it; the other lines are kept for when it does not start. */
function announced(child) {
  return new Promise((resolve, reject) => {
    const lines = [];
    const read = (line) => {
      lines.push(line);
      const found = /GraphQL +(http:\S+)\/graphql$/.exec(line)?.[1] ?? /"message":"serving".*?"address":"([^"]+)"/.exec(line)?.[1];
      if (found) resolve(found.startsWith('http') ? found : `http://${found}`);
    };
    createInterface(child.stdout).on('line', read);
    createInterface(child.stderr).on('line', read);
    child.once('error', reject);
    child.once('close', (status) => reject(new Error(`the server ended with ${status}:\n${lines.join('\n')}`)));
  });
}
