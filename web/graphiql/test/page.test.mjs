// The page against a running server: TRADEWIND_URL=http://127.0.0.1:8000 npm test
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const server = process.env.TRADEWIND_URL;
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
const foreign = [];
/** @type {string[]} */
const complaints = [];
/** @type {import('playwright-core').Request[]} */
const operations = [];

before(async () => {
  assert.ok(server, 'set TRADEWIND_URL to the address of a running server, such as http://127.0.0.1:8000');
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('request', (request) => {
    const { origin, protocol, pathname } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== new URL(server).origin) foreign.push(request.url());
    if (pathname === '/graphql') operations.push(request);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${server}/graphiql`);
});

after(() => browser?.close());

test('the editor shows the first example', async () => {
  await page.locator('.graphiql-query-editor .view-line', { hasText: 'ProductPage' }).first().waitFor();
  const tabs = await page.locator('.graphiql-tab').allInnerTexts();
  assert.deepEqual(tabs.map((tab) => tab.trim()), ['ProductPage', 'Listing', 'Search', 'CategoryTree']);
});

test('each example runs without an error and is explained', async () => {
  await page.getByRole('button', { name: 'Execution' }).click();
  for (const name of ['ProductPage', 'Listing', 'Search', 'CategoryTree']) {
    await page.locator('.graphiql-tab', { hasText: name }).click();
    const [response] = await Promise.all([page.waitForResponse(isOperation(name)), run()]);
    const answer = await response.json();
    assert.deepEqual(answer.errors ?? [], [], name);
    assert.ok(Object.keys(answer.data).length > 0, name);
    assert.equal(response.request().headers()['tradewind-explain'], '1', name);
    await page.locator('.tw-operation', { hasText: name }).waitFor();
    assert.equal(await page.locator('.tw-batch.tw-span').count(), answer.extensions.explain.batches.length, name);
  }
});

test('the answer is shown without its explanation', async () => {
  await page.locator('.graphiql-tab', { hasText: 'ProductPage' }).click();
  await page.locator('.tw-batch.tw-span').first().waitFor();
  const shown = page.locator('.result-window .view-lines');
  await page.locator('.result-window .view-line', { hasText: 'products' }).first().waitFor();
  assert.doesNotMatch(await shown.innerText(), /explain/);
});

test('introspection is not explained', () => {
  const introspection = operations.filter((request) => request.postData()?.includes('IntrospectionQuery'));
  assert.ok(introspection.length > 0);
  for (const request of introspection) assert.equal(request.headers()['tradewind-explain'], undefined);
});

test('a chosen channel is sent', async (context) => {
  const select = page.getByLabel('Channel', { exact: true });
  if ((await select.count()) === 0) return context.skip('the server has fewer than two channels');
  const code = await select.locator('option').last().getAttribute('value');
  await select.selectOption(code);
  const [response] = await Promise.all([page.waitForResponse(isOperation('ProductPage')), run()]);
  assert.equal(response.request().headers()['tradewind-channel'], code);
});

test('nothing was asked of another machine, and nothing failed', () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});

const run = () => page.locator('.graphiql-execute-button').click();

/** @param {string} name */
function isOperation(name) {
  return (/** @type {import('playwright-core').Response} */ response) =>
    response.request().postDataJSON()?.operationName === name;
}
