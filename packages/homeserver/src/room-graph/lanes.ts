/** What the layout needs of an event. */
export type GraphNode = { readonly event_id: string; readonly prev_events: readonly string[] };

/** Where an event is drawn, and where the lines to the events before it lead. */
export type PlacedRow = {
  readonly lane: number;
  readonly edges: readonly Edge[];
  /** Lanes that a line passes through in this row without an event. */
  readonly passing: readonly number[];
};

/** `row` is undefined where the earlier event is not among those shown. */
export type Edge = { readonly lane: number; readonly row: number | undefined };

/**
 * Gives each event a lane, so that no line crosses an event that it does not belong to: a lane is kept for an event from the
 * first line that leads to it until the event itself. Expects events newest first, each above those that it cites.
 */
export function placeInLanes(events: readonly GraphNode[]): { readonly rows: readonly PlacedRow[]; readonly lanes: number } {
  const rowOf = new Map(events.map((event, row) => [event.event_id, row]));
  /** Which event each lane waits for. */
  const waiting: (string | undefined)[] = [];
  const freeLane = (): number => {
    const free = waiting.indexOf(undefined);
    return free >= 0 ? free : waiting.length;
  };
  let lanes = 0;
  const rows = events.map(({ event_id, prev_events }, row): PlacedRow => {
    const awaited = waiting.indexOf(event_id);
    const lane = awaited >= 0 ? awaited : freeLane();
    waiting[lane] = undefined;
    const passing = waiting.flatMap((id, index) => (id === undefined ? [] : [index]));
    const edges = prev_events.map((prev): Edge => {
      const found = rowOf.get(prev);
      // An event that says that it follows a later one is a liar's; its line ends at once.
      const below = found !== undefined && found > row ? found : undefined;
      const known = waiting.indexOf(prev);
      const target = known >= 0 ? known : freeLane();
      if (below !== undefined) waiting[target] = prev;
      lanes = Math.max(lanes, target + 1);
      return { lane: target, row: below };
    });
    lanes = Math.max(lanes, lane + 1);
    return { lane, edges, passing };
  });
  return { rows, lanes };
}
