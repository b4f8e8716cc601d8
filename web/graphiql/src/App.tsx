import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { ChannelPicker } from './channel/ChannelPicker';
import type { Config } from './config';
import { examples } from './examples';
import { executionPlugin } from './execution/plugin';
import { Summary } from './execution/Summary';
import { createFetcher } from './fetcher';

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false }), executionPlugin];

export function App({ config }: { config: Config }) {
  return (
    <GraphiQL fetcher={createFetcher(config)} plugins={plugins} defaultTabs={examples}>
      <GraphiQL.Logo>Tradewind</GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ChannelPicker endpoint={config.endpoint} />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <Summary />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}
