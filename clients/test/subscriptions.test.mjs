// Subscriptions of Apollo Client and urql, over WebSocket and server-sent events. The server has them where its schema
// has a Subscription type; another process changes a product, which PostgreSQL tells everybody.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client';
import { HttpLink } from '@apollo/client/link/http';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, gql as urqlGql, subscriptionExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';
import { obstacle, shop } from './live.mjs';

const TEXT = 'subscription Changed($ids: [ID!]) { productChanged(ids: $ids) { productId product { id title } } }';
const reason = await obstacle();
if (reason) console.error(`SKIPPED: subscriptions: ${reason}`);

describe('subscriptions', { skip: reason }, () => {
  let live;
  let ids;
  before(async () => {
    live = await shop();
    ids = [live.id];
    live.keepChanging();
  });
  after(() => live?.stop());

  const check = (data) => {
    assert.equal(data.productChanged.productId, live.id);
    assert.equal(data.productChanged.product.id, live.id);
    assert.match(data.productChanged.product.title, /^Mug \d+$/);
  };

  /** The first two events of something that calls `next`. */
  const two = (subscribe) =>
    new Promise((resolve, reject) => {
      const events = [];
      const next = (result) => {
        events.push(result);
        if (events.length < 2) return;
        queueMicrotask(() => stop());
        resolve(events);
      };
      const stop = subscribe({ next, error: reject, complete: () => reject(new Error(`ended after ${events.length}`)) });
    });

  test('graphql-ws', async () => {
    const client = createWs({ url: live.ws, webSocketImpl: WebSocket, retryAttempts: 0 });
    const events = await two((sink) => client.subscribe({ query: TEXT, variables: { ids } }, sink));
    events.forEach(({ data }) => check(data));
    await client.dispose();
  });

  test('graphql-sse', async () => {
    const client = createSse({ url: live.url, retryAttempts: 0 });
    const events = await two((sink) => client.subscribe({ query: TEXT, variables: { ids } }, sink));
    events.forEach(({ data }) => check(data));
    client.dispose();
  });

  test('Apollo Client over WebSocket', async () => {
    const ws = createWs({ url: live.ws, webSocketImpl: WebSocket, retryAttempts: 0 });
    await apollo(new GraphQLWsLink(ws));
    await ws.dispose();
  });

  test('Apollo Client over its multipart protocol', () => apollo(new HttpLink({ uri: live.url })));

  async function apollo(link) {
    const client = new ApolloClient({ link: ApolloLink.from([link]), cache: new InMemoryCache() });
    const events = await two((sink) => {
      const subscription = client.subscribe({ query: gql(TEXT), variables: { ids } }).subscribe(sink);
      return () => subscription.unsubscribe();
    });
    events.forEach(({ data, error }) => {
      assert.ifError(error);
      check(data);
    });
    client.stop();
  }

  test('urql over WebSocket', async () => {
    const ws = createWs({ url: live.ws, webSocketImpl: WebSocket, retryAttempts: 0 });
    const forward = subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: ws.subscribe({ ...request, query: request.query ?? '' }, sink) }),
      }),
    });
    await urql([fetchExchange, forward]);
    await ws.dispose();
  });

  test('urql over server-sent events', () => urql([fetchExchange], { fetchSubscriptions: true }));

  async function urql(exchanges, options = {}) {
    const client = new Client({ url: live.url, exchanges, ...options });
    const events = await two((sink) => {
      const { unsubscribe } = client.subscription(urqlGql(TEXT), { ids }).subscribe(sink.next);
      return unsubscribe;
    });
    events.forEach(({ data, error }) => {
      assert.ifError(error);
      check(data);
    });
  }
});
