import { objects, strings } from './network.ts';
import type { Process } from './process.ts';
import type { FetchRemote } from '@hearth/homeserver/testing';
import { parsePdu, roomVersionRules } from '@hearth/protocol';

/** Another server as the engine asks it. Keys are known to all in a simulation. */
export function remoteServer(process: Process, peer: string): FetchRemote {
  return {
    stateIds: async (room, event) => {
      const answer = await process.call(peer, { do: 'state', room, event });
      if (!answer || answer['stateIds'] === undefined) return undefined;
      return { stateIds: strings(answer['stateIds']), authChainIds: strings(answer['chainIds']) };
    },
    state: async (room, event) => {
      const answer = await process.call(peer, { do: 'state', room, event });
      return answer?.['stateIds'] === undefined ? undefined : [...objects(answer['state']), ...objects(answer['chain'])];
    },
    events: async (room, eventIds) => {
      const answer = await process.call(peer, { do: 'events', room, wanted: [...eventIds] });
      const version = process.world.rooms.find(({ roomId }) => roomId === room)?.version;
      const rules = roomVersionRules(version ?? '');
      const byId = new Map(
        objects(answer?.['pdus']).flatMap((pdu) => {
          const parsed = rules && parsePdu(pdu, rules);
          return parsed?.allowed ? [[parsed.event.eventId, pdu] as const] : [];
        }),
      );
      return eventIds.map((eventId) => byId.get(eventId));
    },
  };
}
