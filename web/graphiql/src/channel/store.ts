import type { Fetcher } from '@graphiql/toolkit';
import { create } from 'zustand';

export interface Channel {
  code: string;
  name: string;
  currencyCode: string;
}

const REMEMBERED = 'tradewind:channel';

/** The channel that operations are sent to; null leaves the choice to the server. */
export const useChannel = create<{ code: string | null; known: Channel[] }>(() => ({ code: null, known: [] }));

export function chooseChannel(code: string | null): void {
  if (code) localStorage.setItem(REMEMBERED, code);
  else localStorage.removeItem(REMEMBERED);
  useChannel.setState({ code });
}

/** Reads the channels and restores the last choice if it still exists; on any failure there is nothing to choose. */
export async function loadChannels(endpoint: string): Promise<void> {
  const known = await fetchChannels(endpoint).catch(() => []);
  const remembered = localStorage.getItem(REMEMBERED);
  const code = known.find((channel) => channel.code === remembered)?.code ?? null;
  useChannel.setState({ known, code });
}

async function fetchChannels(endpoint: string): Promise<Channel[]> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: '{ channels { code name currencyCode } }' }),
  });
  const answer = (await response.json()) as { data?: { channels?: Channel[] } };
  return answer.data?.channels ?? [];
}

/** Sends operations to the chosen channel, unless the header editor names one. The schema is the same in all. */
export function inChannel(inner: Fetcher): Fetcher {
  return (params, options) => {
    const { code } = useChannel.getState();
    if (!code || params.operationName === 'IntrospectionQuery') return inner(params, options);
    const named = Object.keys(options?.headers ?? {}).some((name) => name.toLowerCase() === 'tradewind-channel');
    return inner(params, named ? options : { ...options, headers: { ...options?.headers, 'Tradewind-Channel': code } });
  };
}
