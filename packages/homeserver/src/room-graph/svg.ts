import { shortId, verdictMeanings, whatItDoes, whyRefused } from './labels.ts';
import { type PlacedRow, placeInLanes } from './lanes.ts';
import type { GraphEvent, GraphState, RoomGraph } from './room-graph.ts';
import { type Html, html, printable, trustedHtml } from '@hearth/kit';

const laneWidth = 16;
const rowHeight = 24;
const top = 96;
const left = 24;
/** What stands beside the lanes: what the event is, who sent it, why it was refused. */
const columns = { sender: 420, id: 640, depth: 740, reason: 800 };
const textWidth = 1400;
const stateLineHeight = 20;

/** Colours by class; dark where the reader's system is. Behind a pointer on an event its auth events are shown. */
const style = trustedHtml(`
  svg { background: #fff; color: #1b1f24; font: 13px system-ui, sans-serif }
  text { fill: currentColor } .soft { opacity: .65 } .mono { font-family: ui-monospace, monospace }
  h1, .title { font-size: 18px; font-weight: 600 }
  .line { fill: none; stroke: #9aa4af; stroke-width: 1.5 } .gone { stroke-dasharray: 2 3 }
  .auth { fill: none; stroke: #8250df; stroke-dasharray: 3 3; visibility: hidden }
  .event:hover .auth { visibility: visible } .event:hover .row { fill: #8250df; fill-opacity: .08 } .row { fill-opacity: 0 }
  .accepted { fill: #1f883d } .soft-failed { fill: #bf8700 } .rejected { fill: #cf222e } .incomplete { fill: #6e7781 }
  .state { stroke: currentColor; stroke-width: 2 }
  text.accepted { fill: currentColor }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; color: #e6edf3 } .line { stroke: #57606a }
    .accepted { fill: #3fb950 } .soft-failed { fill: #d29922 } .rejected { fill: #f85149 } .incomplete { fill: #8b949e }
    .auth { stroke: #a371f7 } .event:hover .row { fill: #a371f7; fill-opacity: .15 }
  }
`);

/** The graph as a picture: newest event on top, lines to the events that each follows, a colour for each verdict. */
export function roomGraphSvg(graph: RoomGraph): string {
  const { rows, lanes } = placeInLanes(graph.events);
  const textX = left + lanes * laneWidth + 8;
  const stateTop = top + graph.events.length * rowHeight + 40;
  const width = textX + textWidth;
  const height = stateTop + (graph.state.entries.length + 2) * stateLineHeight;
  const rowOf = new Map(graph.events.map((event, row) => [event.event_id, row]));
  const events = graph.events.map((event, row) => eventPart({ event, row, rows, rowOf, textX, width }));
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
    <style>
      ${style}
    </style>
    <text x="${left}" y="32" class="title">${clean(graph.room_id)}</text>
    <text x="${left}" y="54" class="soft">${heading(graph)}</text>
    ${legend()} ${graph.events.map((_, row) => lines(rows, row, graph.events.length))} ${events} ${statePart(graph.state, stateTop)}
  </svg>`.toString();
}

function heading({ room_version, events, more }: RoomGraph): string {
  const ends = events.filter((event) => event.extremity === true).length;
  const shown = `${events.length} event${events.length === 1 ? '' : 's'}${more ? ', older ones are not shown' : ', all there are'}`;
  return `room version ${room_version} · ${shown} · ${ends} forward ${ends === 1 ? 'extremity' : 'extremities'} (ringed) · dark edge: part of the state below`;
}

function legend(): Html[] {
  return Object.entries(verdictMeanings).map(
    ([verdict, meaning], index) =>
      html`<g>
        <title>${meaning}</title>
        <circle cx="${left + 6 + index * 130}" cy="74" r="5" class="${verdict}" />
        <text x="${left + 18 + index * 130}" y="78">${verdict}</text>
      </g>`,
  );
}

type EventPlace = {
  readonly event: GraphEvent;
  readonly row: number;
  readonly rows: readonly PlacedRow[];
  readonly rowOf: ReadonlyMap<string, number>;
  readonly textX: number;
  readonly width: number;
};

function eventPart({ event, row, rows, rowOf, textX, width }: EventPlace): Html {
  const [x, y] = [laneX(rows[row]?.lane ?? 0), rowY(row)];
  const cited = event.auth_events.map((id) => rowOf.get(id)).filter((found) => found !== undefined);
  const auth = cited.map((found) => html`<path class="auth" d="${bow(x, y, laneX(rows[found]?.lane ?? 0), rowY(found))}" />`);
  const circle = event.extremity === true ? html`<circle cx="${x}" cy="${y}" r="8" class="line" />` : undefined;
  const why = whyRefused(event);
  const inState = event.in_state === true ? ' state' : '';
  return html`<g class="event">
    <title>${explanation(event)}</title>
    <rect class="row" x="0" y="${y - rowHeight / 2}" width="${width}" height="${rowHeight}" />
    ${auth}${circle}<circle cx="${x}" cy="${y}" r="5" class="${event.verdict}${inState}" />
    <text x="${textX}" y="${y + 4}">${cut(whatItDoes(event), 64)}</text>
    <text x="${textX + columns.sender}" y="${y + 4}" class="soft">${cut(event.sender, 32)}</text>
    <text x="${textX + columns.id}" y="${y + 4}" class="mono soft">${cut(shortId(event.event_id), 12)}</text>
    <text x="${textX + columns.depth}" y="${y + 4}" class="soft">${event.depth}</text>
    ${why !== undefined && html`<text x="${textX + columns.reason}" y="${y + 4}" class="${event.verdict}">${cut(why, 100)}</text>`}
  </g>`;
}

/** All that is known of an event, under the pointer. */
function explanation(event: GraphEvent): string {
  const lines = [
    whatItDoes(event),
    event.event_id,
    `sent by ${event.sender} at ${new Date(event.origin_server_ts).toISOString()}, depth ${event.depth}`,
    `${event.verdict}: ${whyRefused(event) ?? verdictMeanings[event.verdict]}`,
    `follows ${event.prev_events.join(', ') || 'nothing'}`,
    `rests on ${event.auth_events.join(', ') || 'nothing'}`,
  ];
  return lines.map(clean).join('\n');
}

/** The lines from one event to those before it: a bend into the lane of each, then straight down. */
function lines(rows: readonly PlacedRow[], row: number, bottom: number): Html[] {
  const place = rows[row];
  if (place === undefined) return [];
  const [x, y] = [laneX(place.lane), rowY(row)];
  return place.edges.map((edge) => {
    const bend = `M ${x} ${y} C ${x} ${y + rowHeight} ${laneX(edge.lane)} ${y} ${laneX(edge.lane)} ${y + rowHeight}`;
    const end = edge.row === undefined ? Math.min(rowY(row) + rowHeight, rowY(bottom)) : rowY(edge.row);
    return html`<path class="line${edge.row === undefined ? ' gone' : ''}" d="${bend} V ${end}" />`;
  });
}

function statePart({ after, entries, total }: GraphState, y: number): Html {
  const where = after === undefined ? 'Current state' : `State after ${after}`;
  return html`<text x="${left}" y="${y}" class="title">${clean(where)}</text>
    <text x="${left + 420}" y="${y}" class="soft">${total} entries; members are counted, not listed</text>
    ${entries.map(
      (entry, index) =>
        html`<text x="${left}" y="${y + (index + 1.4) * stateLineHeight}">${cut(`${entry.type} ${entry.state_key}`, 64)}</text>
          <text x="${left + 420}" y="${y + (index + 1.4) * stateLineHeight}" class="mono soft">${clean(entry.event_id)}</text>`,
    )}`;
}

function bow(fromX: number, fromY: number, toX: number, toY: number): string {
  return `M ${fromX} ${fromY} C ${fromX - 40} ${fromY} ${toX - 40} ${toY} ${toX} ${toY}`;
}

function laneX(lane: number): number {
  return left + lane * laneWidth;
}

function rowY(row: number): number {
  return top + rowHeight / 2 + row * rowHeight;
}

/** XML has no way to write most control characters. */
function clean(text: string): string {
  return printable(text.toWellFormed());
}

function cut(text: string, charsMax: number): string {
  return clean(text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text);
}
