import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { executionPlugin } from './plugin';
import { useExecution } from './store';
import { totalsLine } from './Totals';

/** The last execution in one line, which opens the panel. */
export function Summary() {
  const last = useExecution((state) => state.last);
  const running = useGraphiQL((state) => state.isFetching);
  const { setVisiblePlugin } = useGraphiQLActions();
  const text = running ? 'Running …' : last ? totalsLine(last) : 'Run an operation to see what it does on the server.';
  return (
    <button type="button" className="tw-summary" onClick={() => setVisiblePlugin(executionPlugin)}>
      {text}
    </button>
  );
}
