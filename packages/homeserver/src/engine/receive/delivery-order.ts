import type { PduEvent } from '@hearth/protocol';

/** Events in an order in which each comes after those of them that it cites; else in the order in which they came. */
export function citedFirst<Item extends { readonly event: Pick<PduEvent, 'eventId' | 'prevEvents' | 'authEvents'> }>(
  items: readonly Item[],
): Item[] {
  const byId = new Map<string, Item>();
  for (const item of items) if (!byId.has(item.event.eventId)) byId.set(item.event.eventId, item);
  const ordered = new Set<Item>();
  const entered = new Set<Item>();
  for (const item of items) {
    const path = [item];
    // Bound: an item is entered once. Where ids are hashes there are no circles; elsewhere one is cut where it was entered.
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = entered.has(top)
        ? undefined
        : citedBy(top.event)
            .map((id) => byId.get(id))
            .filter((cited) => cited !== undefined && !entered.has(cited));
      entered.add(top);
      if (next && next.length > 0) path.push(...(next as Item[]));
      else {
        ordered.add(top);
        path.pop();
      }
    }
  }
  return [...ordered];
}

function citedBy({ prevEvents, authEvents }: Pick<PduEvent, 'prevEvents' | 'authEvents'>): string[] {
  return [...prevEvents, ...authEvents];
}
