import type { Explain } from './explain';
import { count } from './format';

/** One line of the timeline. */
export interface Span {
  kind: 'batch' | 'statement';
  name: string;
  detail: string;
  micros?: number;
  startMicros?: number;
}

/** Batches and statements in the order in which they began; a batch before the statements that it ran. */
export function spans(explain: Explain): Span[] {
  const batches = explain.batches.map(
    ({ loader, keys, rows, chunks = 1, ...times }): Span => ({
      kind: 'batch',
      name: loader,
      detail: [count(keys, 'key'), count(rows, 'row'), ...(chunks > 1 ? [count(chunks, 'chunk')] : [])].join(', '),
      micros: times.micros,
      startMicros: times.startMicros,
    }),
  );
  const statements = (explain.statementList ?? []).map(
    ({ name, rows, ...times }): Span => ({
      kind: 'statement',
      name,
      detail: rows === undefined ? '' : count(rows, 'row'),
      micros: times.micros,
      startMicros: times.startMicros,
    }),
  );
  const began = (span: Span) => span.startMicros ?? Infinity;
  const order = (a: Span, b: Span) => (began(a) === began(b) ? (b.micros ?? 0) - (a.micros ?? 0) : began(a) - began(b));
  return [...batches, ...statements].sort(order);
}

/** How much time the timeline spans, in microseconds: the server's total, or the end of the last span. */
export function extent(explain: Explain, all: Span[]): number {
  const ends = all.map((span) => (span.startMicros ?? 0) + (span.micros ?? 0));
  return Math.max(explain.micros ?? 0, 1, ...ends);
}
