import type { GraphiQLPlugin } from '@graphiql/react';
import { Panel } from './Panel';

function Icon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <path d="M3 5h9M7 12h10M12 19h9" />
    </svg>
  );
}

export const executionPlugin: GraphiQLPlugin = { title: 'Execution', icon: Icon, content: Panel };
