/** One call of a loader: all keys of one level. */
export interface Batch {
  loader: string;
  keys: number;
  rows: number;
  micros?: number;
  /** Since the request began. */
  startMicros?: number;
  /** Statements that the keys were spread over. */
  chunks?: number;
}

/** One statement that the database ran. */
export interface Statement {
  name: string;
  rows?: number;
  micros?: number;
  /** Since the request began. */
  startMicros?: number;
}

/** `extensions.explain`, sent when a request carries `Tradewind-Explain: 1`. */
export interface Explain {
  statements: number;
  batches: Batch[];
  statementList?: Statement[];
  micros?: number;
  cost?: number;
}

/** The part of `extensions.cost` that the page shows. */
export interface Cost {
  requestedQueryCost?: number;
}
