// graphql-transport-ws: each close code and message that its PROTOCOL.md prescribes, over raw `ws`, and the official client.
// Against a running server: with a writer that changes products all the time, and subscriptions
// that end by themselves (TRADEWIND_SUBSCRIPTION_MAX_DURATION). subscriptions.mjs starts all of it.
// Environment: GRAPHQL_WS_URL, WS_INIT_TIMEOUT_MS (how long the server waits for connection_init; 3000).
import WebSocket from 'ws';
import { createClient } from 'graphql-ws';
const url = process.env.GRAPHQL_WS_URL ?? 'ws://127.0.0.1:8000/graphql/ws';
const SUB = 'subscription { productChanged { productId product { title variants(first: 2) { nodes { sku } } } } }';
const LONG = SUB;
const QUERY = '{ __typename }';
const INIT_WAIT = Number(process.env.WS_INIT_TIMEOUT_MS ?? 3000);
let pass = 0, fail = 0;
const open = (protocol = 'graphql-transport-ws') => new Promise((res) => {
  const ws = new WebSocket(url, protocol); const box = { ws, msgs: [], closed: null, waiters: [] };
  const wake = () => { for (const w of box.waiters.splice(0)) w(); };
  ws.on('message', (d, bin) => { box.msgs.push(JSON.parse(d.toString())); wake(); });
  ws.on('close', (code, reason) => { box.closed = { code, reason: reason.toString() }; wake(); });
  ws.on('unexpected-response', (_, r) => { box.httpStatus = r.statusCode; box.closed = { code: `http ${r.statusCode}` }; res(box); });
  ws.on('error', (e) => { box.err = e.message; box.closed ??= { code: 'error ' + e.message }; res(box); });
  ws.on('open', () => res(box));
});
const until = async (box, pred, ms = 2000) => { const end = Date.now() + ms; for (;;) { const v = pred(box); if (v) return v; const left = end - Date.now(); if (left <= 0) return null; await new Promise(r => { const t = setTimeout(r, left); box.waiters.push(() => { clearTimeout(t); r(); }); }); } };
const send = (b, m) => b.ws.send(typeof m === 'string' ? m : JSON.stringify(m));
const ready = async () => { const b = await open(); send(b, { type: 'connection_init' }); await until(b, x => x.msgs.find(m => m.type === 'connection_ack')); return b; };
const t = async (name, fn) => { let ok = false, note = ''; try { const r = await fn(); ok = r === true; if (!ok) note = String(r); } catch (e) { note = e.message; } ok ? pass++ : fail++; console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${note ? `  -> ${note}` : ''}`); };
const closes = async (b, code, ms) => { await until(b, x => x.closed, ms); const r = b.closed?.code === code ? true : `close=${JSON.stringify(b.closed)} msgs=${JSON.stringify(b.msgs).slice(0, 200)}`; b.ws.terminate(); return r; };

await t('negotiates sub-protocol graphql-transport-ws', async () => { const b = await open(); const r = b.ws.protocol === 'graphql-transport-ws' || b.ws.protocol; b.ws.terminate(); return r; });
await t('unknown sub-protocol refused (4406 or HTTP 4xx)', async () => { const b = await open('nope'); await until(b, x => x.closed); const c = b.closed?.code; b.ws.terminate(); return c === 4406 || /^http 4/.test(String(c)) || /subprotocol/i.test(String(c)) || JSON.stringify(b.closed); });
await t('connection_init -> connection_ack', async () => { const b = await ready(); const r = b.msgs[0]?.type === 'connection_ack' || JSON.stringify(b.msgs); b.ws.terminate(); return r; });
await t('ping -> pong', async () => { const b = await ready(); send(b, { type: 'ping' }); const r = !!(await until(b, x => x.msgs.find(m => m.type === 'pong'))) || 'no pong'; b.ws.terminate(); return r; });
await t('4400 on invalid JSON', async () => { const b = await ready(); send(b, 'not json'); return closes(b, 4400); });
await t('4400 on unknown message type', async () => { const b = await ready(); send(b, { type: 'wat' }); return closes(b, 4400); });
await t('4401 on subscribe before ack', async () => { const b = await open(); send(b, { id: '1', type: 'subscribe', payload: { query: QUERY } }); return closes(b, 4401); });
await t('4408 on no connection_init', async () => { const b = await open(); return closes(b, 4408, INIT_WAIT + 1500); });
await t('4409 on duplicate operation id', async () => { const b = await ready(); const m = { id: 'dup', type: 'subscribe', payload: { query: LONG } }; send(b, m); await until(b, x => x.msgs.find(y => y.type === 'next')); send(b, m); return closes(b, 4409); });
await t('4429 on second connection_init', async () => { const b = await ready(); send(b, { type: 'connection_init' }); return closes(b, 4429); });
await t('subscription: next* then complete', async () => { const b = await ready(); send(b, { id: 'a', type: 'subscribe', payload: { query: SUB } }); await until(b, x => x.msgs.find(m => m.type === 'complete'), 5000); const k = b.msgs.slice(1).map(m => m.type).join(','); b.ws.terminate(); return /^(next,)+complete$/.test(k) || k; });
await t('query over ws: one next then complete', async () => { const b = await ready(); send(b, { id: 'q', type: 'subscribe', payload: { query: QUERY } }); await until(b, x => x.msgs.find(m => m.type === 'complete')); const k = b.msgs.slice(1).map(m => m.type).join(','); b.ws.terminate(); return k === 'next,complete' || k; });
await t('validation failure -> `error` message, no complete', async () => { const b = await ready(); send(b, { id: 'e', type: 'subscribe', payload: { query: '{ doesNotExist123 }' } }); await until(b, x => x.msgs.length > 1); await until(b, () => false, 300); const k = b.msgs.slice(1).map(m => m.type).join(','); const m = b.msgs[1]; b.ws.terminate(); return (k === 'error' && Array.isArray(m.payload)) || k; });
await t('syntax error -> `error` message (graphql-ws itself closes 4500/4400)', async () => { const b = await ready(); send(b, { id: 'e', type: 'subscribe', payload: { query: '{' } }); await until(b, x => x.msgs.length > 1 || x.closed); await until(b, () => false, 300); const k = b.msgs.slice(1).map(m => m.type).join(','); const c = b.closed; b.ws.terminate(); return k === 'error' || [4400, 4500].includes(c?.code) || `${k} ${JSON.stringify(c)}`; });
await t('client complete stops the stream', async () => { const b = await ready(); send(b, { id: 's', type: 'subscribe', payload: { query: LONG } }); await until(b, x => x.msgs.filter(m => m.type === 'next').length >= 2); send(b, { id: 's', type: 'complete' }); await until(b, () => false, 300); const n = b.msgs.length; await until(b, () => false, 500); const r = b.msgs.length === n || `still sending: ${b.msgs.length - n}`; b.ws.terminate(); return r; });
await t('complete for an unknown id is ignored', async () => { const b = await ready(); send(b, { id: 'nobody', type: 'complete' }); await until(b, () => false, 300); const r = b.closed === null || JSON.stringify(b.closed); b.ws.terminate(); return r; });
await t('id can be reused after completion', async () => { const b = await ready(); for (let i = 0; i < 2; i++) { send(b, { id: 'r', type: 'subscribe', payload: { query: QUERY } }); await until(b, x => x.msgs.filter(m => m.type === 'complete').length === i + 1); } const r = b.msgs.filter(m => m.type === 'complete').length === 2 || JSON.stringify(b.closed); b.ws.terminate(); return r; });
await t('two interleaved operations on one socket', async () => { const b = await ready(); for (const id of ['x', 'y']) send(b, { id, type: 'subscribe', payload: { query: SUB } }); await until(b, x => x.msgs.filter(m => m.type === 'complete').length === 2, 5000); const ids = b.msgs.filter(m => m.type === 'next').map(m => m.id); b.ws.terminate(); return new Set(ids.slice(0, 3)).size === 2 || ids.join(','); });
await t('null payload members accepted (variables/operationName/extensions null)', async () => { const b = await ready(); send(b, { id: 'n', type: 'subscribe', payload: { query: QUERY, variables: null, operationName: null, extensions: null } }); await until(b, x => x.msgs.find(m => m.type === 'complete' || m.type === 'error') || x.closed); const k = b.msgs.slice(1).map(m => m.type).join(','); const c = b.closed; b.ws.terminate(); return k === 'next,complete' || `${k} ${JSON.stringify(c)}`; });
await t('official graphql-ws client: async iterate', async () => { const c = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 }); const got = []; for await (const r of c.iterate({ query: SUB })) got.push(r); await c.dispose(); return got.length >= 2 && got.every(g => g.data && !g.errors) || JSON.stringify(got); });
await t('official graphql-ws client: validation error rejects', async () => { const c = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 }); let r = 'resolved'; try { for await (const x of c.iterate({ query: '{ doesNotExist123 }' })) r = 'got next ' + JSON.stringify(x); } catch (e) { r = Array.isArray(e) || String(e); } await c.dispose(); return r; });
console.log(`${pass} passed, ${fail} failed`);
process.exit(fail ? 1 : 0);
