import { ByteReader, ByteWriter } from './byte-codec.ts';
import { fingerprintBytes, readFingerprint, writeFingerprint } from './fingerprint.ts';
import type { Fingerprint } from './fingerprint.ts';
import { readInline, writeInline } from './inline-state.ts';
import type { InlineState } from './inline-state.ts';
import { leafEntriesMax, stateEntriesMax } from './node-codec.ts';
import { malformed } from './trie-error.ts';

/**
 * A whole state of a room: itself if it is small, else the number of its top node (always a branch). Equal
 * fingerprints mean equal states, whatever the nodes' numbers are.
 */
export type StateRoot = InlineRoot | NodeRoot;
export type InlineRoot = { readonly kind: 'inline'; readonly state: InlineState; readonly fingerprint: Fingerprint };
export type NodeRoot = { readonly kind: 'node'; readonly number: number; readonly count: number; readonly fingerprint: Fingerprint };

/** The state before a room's first event. */
export const emptyRoot: StateRoot = Object.freeze({ kind: 'inline', state: { keys: [], events: [] }, fingerprint: 0n });

const node = 0x80;

/** How many entries the state has. */
export function countOf(root: StateRoot): number {
  return root.kind === 'inline' ? root.state.keys.length : root.count;
}

/** The bytes that are stored for a state (room_states.root): about 25 for a large one, 8 an entry for a small one. */
export function encodeRoot(root: StateRoot): Uint8Array {
  const writer = new ByteWriter();
  writer.byte(root.kind === 'inline' ? root.state.keys.length : node);
  writer.raw(writeFingerprint(root.fingerprint));
  if (root.kind === 'inline') {
    writeInline(writer, root.state);
  } else {
    writer.varint(root.number);
    writer.varint(root.count - leafEntriesMax - 1);
  }
  return writer.finish();
}

/** Throws TrieError `malformed` for all that `encodeRoot` does not write. */
export function decodeRoot(bytes: Uint8Array): StateRoot {
  const reader = new ByteReader(bytes);
  const head = reader.byte();
  const fingerprint = readFingerprint(reader.raw(fingerprintBytes));
  const root: StateRoot =
    head === node ? readNodeRoot(reader, fingerprint) : { kind: 'inline', state: readInline(reader, head), fingerprint };
  reader.end();
  return root;
}

function readNodeRoot(reader: ByteReader, fingerprint: Fingerprint): NodeRoot {
  const number = reader.varint();
  const count = reader.varint() + leafEntriesMax + 1;
  if (number === 0 || count > stateEntriesMax) throw malformed('a root is out of range');
  return { kind: 'node', number, count, fingerprint };
}
