// What a client sends, and what it gets: the requests of a `fetch` are the evidence.

/** A `fetch` that notes method, headers, parameters and status of each request. */
export function recorder() {
  const requests = [];
  const recorded = async (input, init = {}) => {
    const url = new URL(String(input));
    const parameters = init.body ? JSON.parse(init.body) : Object.fromEntries(url.searchParams);
    const response = await fetch(input, init);
    requests.push({
      method: init.method ?? 'GET',
      headers: new Headers(init.headers),
      parameters,
      status: response.status,
      type: response.headers.get('content-type'),
    });
    return response;
  };
  return { fetch: recorded, requests };
}

/** Sends a request as JSON and reads the answer. */
export async function ask(url, { body, ...init } = {}) {
  const headers = { accept: 'application/graphql-response+json', ...(body && { 'content-type': 'application/json' }), ...init.headers };
  const response = await fetch(url, {
    ...init,
    method: init.method ?? (body ? 'POST' : 'GET'),
    headers,
    body: body && typeof body !== 'string' ? JSON.stringify(body) : body,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text && JSON.parse(text) };
}

export const codes = (json) => (json.errors ?? []).map((error) => error.extensions?.code);
