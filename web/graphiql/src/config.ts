/** What the server tells the page, in the block `#tradewind-config`. */
export interface Config {
  /** Where operations are sent. */
  endpoint: string;
  /** Where a WebSocket for subscriptions is opened; none is opened without it. */
  subscriptions?: string;
}

export function readConfig(): Config {
  const block = document.getElementById('tradewind-config')?.textContent ?? '{}';
  return { endpoint: '/graphql', ...(JSON.parse(block) as Partial<Config>) };
}
