// The example queries are valid in the committed schema.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';

const examples = new URL('../src/examples/', import.meta.url);
const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

for (const name of readdirSync(examples).filter((name) => name.endsWith('.graphql'))) {
  test(`${name} is valid`, () => {
    const errors = validate(schema, parse(readFileSync(new URL(name, examples), 'utf8')));
    assert.deepEqual(errors.map((error) => error.message), []);
  });
}
