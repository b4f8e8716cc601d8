import { count, duration } from './format';
import type { Execution } from './store';

export function Totals({ execution: { explain, cost, wallMillis } }: { execution: Execution }) {
  const rows = explain?.statementList?.reduce((sum, statement) => sum + (statement.rows ?? 0), 0);
  const totals = [
    ['Statements', explain && explain.statements.toLocaleString('en')],
    ['Batches', explain && explain.batches.length.toLocaleString('en')],
    ['Rows', rows?.toLocaleString('en')],
    ['Server', explain?.micros !== undefined && duration(explain.micros)],
    ['Round trip', duration(wallMillis * 1000)],
    ['Cost', cost?.toLocaleString('en')],
  ] as const;
  return (
    <dl className="tw-totals">
      {totals.map(
        ([label, value]) =>
          value && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** The same in one line. */
export function totalsLine({ explain, cost, wallMillis }: Execution): string {
  const parts = [
    explain && count(explain.statements, 'statement'),
    explain && count(explain.batches.length, 'batch', 'batches'),
    explain?.micros !== undefined && `${duration(explain.micros)} on the server`,
    `${duration(wallMillis * 1000)} round trip`,
    cost !== null && `cost ${cost.toLocaleString('en')}`,
  ];
  return parts.filter(Boolean).join(' · ');
}
