import type { ClosedSpan, DayPlan, HandoverSpan, OpenSpan, Span } from './day-plan.ts';

/** Something drawn in a day's column: over lanes (spaces, from left to right) and minutes. */
export type Block = {
  readonly key: string;
  readonly laneFrom: number;
  /** Not with it. */
  readonly laneUntil: number;
  readonly startMinute: number;
  readonly endMinute: number;
  /** Where several are there at once: which of how many, side by side. */
  readonly sub: number;
  readonly subs: number;
} & (
  | { readonly kind: 'open'; readonly span: OpenSpan }
  | { readonly kind: 'handover'; readonly span: HandoverSpan }
  | { readonly kind: 'closed'; readonly span: ClosedSpan }
);

type Bare = Block extends infer Each ? (Each extends Block ? Omit<Each, 'sub' | 'subs'> : never) : never;

/** What is the same in neighbouring spaces is one block. `spaceIds` says which spaces are shown, and in which order. */
export function blocksOf(plan: DayPlan, spaceIds: readonly string[]): Block[] {
  const lanes = spaceIds.map((id) => plan.spaces.find(({ spaceId }) => spaceId === id));
  const merged = <S extends Span>(spansOf: (lane: number) => readonly S[], identity: (span: S) => string) => {
    const found: { key: string; laneFrom: number; laneUntil: number; span: S }[] = [];
    for (const lane of lanes.keys()) {
      for (const span of spansOf(lane)) {
        const key = `${identity(span)} ${span.startMinute} ${span.endMinute}`;
        const neighbour = found.find((block) => block.key === key && block.laneUntil === lane);
        if (neighbour === undefined) found.push({ key, laneFrom: lane, laneUntil: lane + 1, span });
        else neighbour.laneUntil = lane + 1;
      }
    }
    return found;
  };
  const placed = <S extends Span>({
    key,
    laneFrom,
    laneUntil,
    span,
  }: {
    key: string;
    laneFrom: number;
    laneUntil: number;
    span: S;
  }) => ({
    key: `${key} ${laneFrom}`,
    laneFrom,
    laneUntil,
    startMinute: span.startMinute,
    endMinute: span.endMinute,
    span,
  });
  const open = merged(
    (lane) => lanes[lane]?.open ?? [],
    ({ ruleId }) => ruleId,
  ).map((block): Bare => ({ ...placed(block), kind: 'open' }));
  const handovers = merged(
    (lane) => lanes[lane]?.handovers ?? [],
    ({ leaving, arriving }) => `${leaving} ${arriving}`,
  ).map((block): Bare => ({ ...placed(block), kind: 'handover' }));
  const closed = merged(
    (lane) => lanes[lane]?.closed ?? [],
    ({ closureId }) => closureId,
  ).map((block): Bare => ({ ...placed(block), kind: 'closed' }));
  return [...sideBySide(open), ...[...handovers, ...closed].map((block) => ({ ...block, sub: 0, subs: 1 }) as Block)];
}

/** Blocks that share minutes and lanes share the width. */
function sideBySide(blocks: readonly Bare[]): Block[] {
  const meets = (a: Bare, b: Bare) =>
    a.startMinute < b.endMinute && b.startMinute < a.endMinute && a.laneFrom < b.laneUntil && b.laneFrom < a.laneUntil;
  const sorted = blocks.toSorted((a, b) => a.startMinute - b.startMinute || a.laneFrom - b.laneFrom);
  const subs = new Map<Bare, number>();
  for (const block of sorted) {
    const taken = sorted.filter((other) => subs.has(other) && meets(other, block)).map((other) => subs.get(other));
    let sub = 0;
    while (taken.includes(sub)) sub += 1;
    subs.set(block, sub);
  }
  return sorted.map((block) => {
    const group = sorted.filter((other) => meets(other, block));
    const count = Math.max(...group.map((other) => (subs.get(other) ?? 0) + 1));
    return { ...block, sub: subs.get(block) ?? 0, subs: count } as Block;
  });
}

/** The hours to draw, in whole hours: those of the week with one more on each side, at least 8 to 19. */
export function hoursToDraw(
  plans: readonly DayPlan[],
  others: readonly { startMinute: number; endMinute: number }[],
): { from: number; until: number } {
  const spans = [...plans.flatMap(({ spaces }) => spaces.flatMap(({ claims }) => claims)), ...others];
  const first = Math.min(8 * 60, ...spans.map(({ startMinute }) => startMinute - 60));
  const last = Math.max(19 * 60, ...spans.map(({ endMinute }) => endMinute + 60));
  return { from: Math.max(0, Math.floor(first / 60) * 60), until: Math.min(1_440, Math.ceil(last / 60) * 60) };
}

/** Overlapping items in lanes of their own, the first that is free. */
export function inLanes<T extends { readonly startMinute: number; readonly endMinute: number }>(
  items: readonly T[],
): { item: T; lane: number; lanes: number }[] {
  const ends: number[] = [];
  const placed = items
    .toSorted((a, b) => a.startMinute - b.startMinute || b.endMinute - a.endMinute)
    .map((item) => {
      const free = ends.findIndex((end) => end <= item.startMinute);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = item.endMinute;
      return { item, lane };
    });
  return placed.map((each) => ({ ...each, lanes: ends.length }));
}
