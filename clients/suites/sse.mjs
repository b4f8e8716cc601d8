// graphql-sse, distinct-connections mode, with the official client and raw header checks. As ws-protocol.mjs, against a
// running server that subscriptions.mjs starts. Environment: GRAPHQL_SSE_URL.
import { createClient } from 'graphql-sse';
const url = process.env.GRAPHQL_SSE_URL ?? 'http://127.0.0.1:8000/graphql';
const SUB = 'subscription { productChanged { productId product { title variants(first: 2) { nodes { sku } } } } }';
let pass = 0, fail = 0;
const t = async (name, fn) => { let r; try { r = await fn(); } catch (e) { r = e?.message ?? String(e); } (r === true ? pass++ : fail++); console.log(`${r === true ? 'ok  ' : 'FAIL'} ${name}${r === true ? '' : '  -> ' + r}`); };
const post = (query, accept = 'text/event-stream') => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept }, body: JSON.stringify({ query }) });
await t('content-type text/event-stream, no caching', async () => { const r = await post(SUB); const ct = r.headers.get('content-type'); await r.text(); return /^text\/event-stream/.test(ct) && /no-cache|no-store/.test(r.headers.get('cache-control') ?? '') || `${ct} ${r.headers.get('cache-control')}`; });
await t('next*, complete with an empty data field', async () => { const b = await (await post(SUB)).text(); const ev = [...b.matchAll(/^event: ?(\w+)$/gm)].map(m => m[1]); return /^(next,)+complete$/.test(ev.join(',')) && /event: ?complete\r?\ndata:/.test(b) || JSON.stringify(b.slice(0, 300)); });
await t('validation error arrives as a `next` event on HTTP 200', async () => { const r = await post('{ doesNotExist123 }'); const b = await r.text(); return r.status === 200 && /event: ?next[\s\S]*errors/.test(b) || `${r.status} ${b.slice(0, 160)}`; });
await t('GET with EventSource-style URL works', async () => { const u = new URL(url); u.searchParams.set('query', SUB); const r = await fetch(u, { headers: { accept: 'text/event-stream' } }); const b = await r.text(); return r.status === 200 && /event: ?next/.test(b) || `${r.status} ${b.slice(0, 160)}`; });
await t('official client: iterate a subscription', async () => { const c = createClient({ url, retryAttempts: 0 }); const got = []; for await (const x of c.iterate({ query: SUB })) got.push(x); c.dispose(); return got.length >= 2 && got.every(g => g.data) || JSON.stringify(got); });
await t('official client: query', async () => { const c = createClient({ url, retryAttempts: 0 }); const got = []; for await (const x of c.iterate({ query: '{ __typename }' })) got.push(x); c.dispose(); return got.length === 1 && !!got[0].data || JSON.stringify(got); });
console.log(`${pass} passed, ${fail} failed`); process.exit(fail ? 1 : 0);
