import type { Fetcher } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';

/** Names a document's only operation. GraphiQL's own name lags behind: right after a switch it is the last tab's. */
export function named(inner: Fetcher): Fetcher {
  return (params, options) => inner({ ...params, operationName: onlyName(params.query) ?? params.operationName }, options);
}

function onlyName(query: string): string | undefined {
  try {
    const operations = parse(query).definitions.filter((part) => part.kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 ? operations[0]?.name?.value : undefined;
  } catch {
    return undefined; // the server says what is wrong with it
  }
}
