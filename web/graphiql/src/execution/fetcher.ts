import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import type { Cost, Explain } from './explain';
import { useExecution } from './store';

interface Answer {
  extensions?: { explain?: Explain; cost?: Cost; [name: string]: unknown };
}

/** Asks the server to explain each operation, keeps the explanation for the panel and takes it out of the answer. */
export function explained(inner: Fetcher): Fetcher {
  return (params: FetcherParams, options?: FetcherOpts) => {
    if (params.operationName === 'IntrospectionQuery') return inner(params, options);
    const began = performance.now();
    const keep = (answer: unknown) => record(answer, params.operationName ?? null, performance.now() - began);
    return observe(inner(params, { ...options, headers: { ...options?.headers, 'Tradewind-Explain': '1' } }), keep);
  };
}

type Returned = ReturnType<Fetcher>;

// An Observable, which only a custom fetcher returns, passes unseen.
function observe(returned: Returned, keep: (answer: unknown) => unknown): Returned {
  if (isThenable(returned)) return returned.then((value) => observe(value as Returned, keep)) as Returned;
  if (isIterable(returned)) return observeEach(returned, keep) as Returned;
  return ('subscribe' in (returned as object) ? returned : keep(returned)) as Returned;
}

async function* observeEach(answers: AsyncIterable<unknown>, keep: (answer: unknown) => unknown) {
  for await (const answer of answers) yield keep(answer);
}

function record(answer: unknown, operation: string | null, wallMillis: number): unknown {
  const { explain, ...extensions } = (answer as Answer).extensions ?? {};
  const cost = extensions.cost?.requestedQueryCost ?? explain?.cost ?? null;
  useExecution.setState({ last: { operation, wallMillis, explain: explain ?? null, cost } });
  if (!explain) return answer;
  const { extensions: _, ...rest } = answer as Answer;
  return Object.keys(extensions).length > 0 ? { ...rest, extensions } : rest;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown>)?.then === 'function';
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as AsyncIterable<unknown>)?.[Symbol.asyncIterator] === 'function';
}
