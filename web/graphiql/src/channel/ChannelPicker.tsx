import { useGraphiQL } from '@graphiql/react';
import type { GraphQLSchema } from 'graphql';
import { useEffect } from 'react';
import { chooseChannel, loadChannels, useChannel } from './store';

/** Chooses the channel of the next operations; absent where there is nothing to choose. */
export function ChannelPicker({ endpoint }: { endpoint: string }) {
  const offered = useGraphiQL((state) => hasChannels(state.schema));
  const { code, known } = useChannel();
  useEffect(() => {
    if (offered) void loadChannels(endpoint);
  }, [offered, endpoint]);
  if (!offered || known.length < 2) return null;
  const chosen = known.find((channel) => channel.code === code);
  return (
    <label className="tw-channel" title={`Channel: ${chosen?.name ?? 'default'}`}>
      <span aria-hidden>{chosen?.currencyCode ?? <Globe />}</span>
      <select aria-label="Channel" value={code ?? ''} onChange={(event) => chooseChannel(event.target.value || null)}>
        <option value="">Default channel</option>
        {known.map((channel) => (
          <option key={channel.code} value={channel.code}>
            {channel.name} ({channel.currencyCode})
          </option>
        ))}
      </select>
    </label>
  );
}

function Globe() {
  return (
    <svg viewBox="0 0 24 24" height="20" fill="none" stroke="currentColor" strokeWidth="1.5">
      <circle cx="12" cy="12" r="9" />
      <path d="M3 12h18M12 3c-6 6-6 12 0 18c6-6 6-12 0-18" />
    </svg>
  );
}

// Asking a server that has no channels would leave an error in the console.
function hasChannels(schema: GraphQLSchema | null | undefined): boolean {
  return Boolean(schema?.getQueryType()?.getFields()['channels']);
}
