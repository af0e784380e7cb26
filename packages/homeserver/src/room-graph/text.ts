import { shortId, whatItDoes, whyRefused } from './labels.ts';
import { type PlacedRow, placeInLanes } from './lanes.ts';
import type { GraphEvent, RoomGraph } from './room-graph.ts';
import { printable } from '@hearth/kit';

const marks = { accepted: '●', 'soft-failed': '◐', rejected: '✗', incomplete: '?' } as const;

/** The graph for a terminal: a line for each event, newest first, and one more for why it was refused. */
export function roomGraphText(graph: RoomGraph): string {
  const { rows, lanes } = placeInLanes(graph.events);
  const lines = [`${graph.room_id}, room version ${graph.room_version}`, '● accepted  ◐ soft-failed  ✗ rejected  ? incomplete', ''];
  for (const [index, event] of graph.events.entries()) {
    const row = rows[index];
    if (row === undefined) continue;
    lines.push(`${drawn(row, lanes, marks[event.verdict])}  ${eventLine(event, graph.events[index + 1])}`);
    const why = whyRefused(event);
    if (why !== undefined) lines.push(`${drawn(row, lanes, ' ')}  ${' '.repeat(10)}${event.verdict} by ${why}`);
  }
  if (graph.more) lines.push(`${'┆'.padEnd(2 * lanes)} older events are not shown; --limit shows more`);
  const { after, entries, total } = graph.state;
  lines.push('', `${after === undefined ? 'Current state' : `State after ${after}`}, ${total} entries; members are counted, not listed`);
  for (const { type, state_key, event_id } of entries) lines.push(`  ${shortId(event_id)} ${type} ${state_key}`.trimEnd());
  return `${lines.map((line) => printable(line.toWellFormed())).join('\n')}\n`;
}

function drawn({ lane, passing }: PlacedRow, lanes: number, mark: string): string {
  return Array.from({ length: lanes }, (_, index) => (index === lane ? mark : passing.includes(index) ? '│' : ' ')).join(' ');
}

/** What an event follows is said only where that is not the line below. */
function eventLine(event: GraphEvent, below: GraphEvent | undefined): string {
  const [prev, ...others] = event.prev_events;
  const plain = others.length === 0 && prev === below?.event_id;
  const follows = plain ? '' : `, follows ${event.prev_events.map(shortId).join(' ') || 'nothing'}`;
  const end = event.extremity === true ? ' ← end' : '';
  return `${shortId(event.event_id)} ${whatItDoes(event)} by ${event.sender} (depth ${event.depth}${follows})${end}`;
}
