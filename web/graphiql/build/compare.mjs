// Compares two built folders by the hashes of what their files hold, and fails when they differ.
// Not by the compressed bytes: another release of brotli may compress the same text otherwise.
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** @param {string} folder @returns {Promise<Map<string, string>>} */
async function hashes(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashed = files.map(async (file) => {
    const text = brotliDecompressSync(await readFile(file));
    return /** @type {[string, string]} */ ([relative(folder, file), createHash('sha256').update(text).digest('hex')]);
  });
  return new Map(await Promise.all(hashed));
}

const [committed = '', rebuilt = ''] = process.argv.slice(2);
const [before, after] = await Promise.all([hashes(committed), hashes(rebuilt)]);
const names = [...new Set([...before.keys(), ...after.keys()])].sort();
const different = names.filter((name) => before.get(name) !== after.get(name));

for (const name of different) {
  const what = !after.has(name) ? 'is not built any more' : !before.has(name) ? 'is not committed' : 'differs';
  console.error(`${name} ${what}`);
}
if (different.length > 0) {
  console.error(`${committed} is not what the sources build: run \`npm ci && npm run build\` in web/ and commit it`);
  process.exit(1);
}
console.log(`${names.length} files of ${committed} are what the sources build`);
