import { create } from 'zustand';
import type { Explain } from './explain';

/** What is known about an operation that was run. */
export interface Execution {
  operation: string | null;
  /** From sending the request to having read the answer, in milliseconds. */
  wallMillis: number;
  explain: Explain | null;
  cost: number | null;
}

/** The last operation that was run from the page; null before the first. */
export const useExecution = create<{ last: Execution | null }>(() => ({ last: null }));
