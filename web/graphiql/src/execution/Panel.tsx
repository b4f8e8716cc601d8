import { useGraphiQL } from '@graphiql/react';
import { useExecution } from './store';
import { Timeline } from './Timeline';
import { Totals } from './Totals';

export function Panel() {
  const last = useExecution((state) => state.last);
  const running = useGraphiQL((state) => state.isFetching);
  return (
    <section className="tw-execution" aria-label="Execution" aria-busy={running}>
      <header className="graphiql-doc-explorer-title">Execution</header>
      {last ? (
        <>
          <p className="tw-operation">{last.operation ?? 'Anonymous operation'}</p>
          <Totals execution={last} />
          {last.explain ? <Timeline explain={last.explain} /> : <p>The server did not explain this operation.</p>}
          {last.explain && <Legend />}
        </>
      ) : (
        <p>Run an operation: each batch of keys and each statement shows up here.</p>
      )}
    </section>
  );
}

function Legend() {
  return (
    <p className="tw-legend">
      <i className="tw-batch" /> batch of a loader <i className="tw-statement" /> statement in the database
    </p>
  );
}
