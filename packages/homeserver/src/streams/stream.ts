import type { Requester } from '../http/route.ts';

/** The part of a /sync that one slice knows. Filled in with streams/sync-types.ts by the sync slice. */
export type SyncSection = {
  readonly name: string;
  /** Stream kinds that make this section speak. */
  readonly kinds: readonly number[];
  /** Collects this section's part of an answer. Reads cost what changed. */
  readonly collect: (window: SyncWindow, requester: Requester, answer: SyncAnswer) => Promise<void>;
};

/** What a /sync covers: positions in (since, upTo]; `since` 0 and `initial` for a first sync. */
export type SyncWindow = {
  readonly since: number;
  readonly upTo: number;
  readonly initial: boolean;
  readonly fullState: boolean;
  readonly ephemeralSince: number;
  readonly ephemeralUpTo: number;
};

/** The answer under construction; plain mutable maps by room number that sync/present.ts turns into JSON. */
export type SyncAnswer = {
  readonly globalAccountData: { type: string; content: unknown }[];
  readonly toDevice: unknown[];
  readonly extra: Map<string, unknown>;
  /** Rooms that the answer may speak of, by number, with what sections add to each. */
  readonly rooms: Map<number, SyncRoom>;
};
export type SyncRoom = {
  readonly room: number;
  readonly roomId: string;
  readonly section: 'join' | 'invite' | 'leave' | 'knock';
  readonly ephemeral: { type: string; content: unknown }[];
  readonly accountData: { type: string; content: unknown }[];
  notificationCount: number;
  highlightCount: number;
};
