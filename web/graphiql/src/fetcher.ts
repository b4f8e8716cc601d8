import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { inChannel } from './channel/store';
import type { Config } from './config';
import { explained } from './execution/fetcher';
import { named } from './named';

export function createFetcher({ endpoint, subscriptions }: Config): Fetcher {
  const inner = createGraphiQLFetcher({ url: endpoint, subscriptionUrl: webSocketUrl(subscriptions) });
  return named(inChannel(explained(inner)));
}

function webSocketUrl(path: string | undefined): string | undefined {
  if (!path) return undefined;
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
