import type { AudienceWindow, DoorPolicy, Grant, GrantSet } from '@mitoyen/domain';
import { MAX_SNAPSHOT_PARTS, PROTOCOL_VERSION, SNAPSHOT_PART_BYTES } from './limits.ts';
import type { GrantsDelta, GrantsPosition, SnapshotPart } from './messages.ts';

/** -1, 0 or 1: whether `a` is behind, at or ahead of `b`. */
export function comparePositions(a: GrantsPosition, b: GrantsPosition): number {
  return Math.sign(a.epoch - b.epoch || a.sequence - b.sequence);
}

/** Bytes that `item` takes in a payload, where its JSON is escaped once more inside the envelope's `body` string. */
const wireBytes = (item: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(item))) - 1;

/**
 * Cuts a grant set into parts that each fit a message. Publish part `i` retained on `topics().grantsSnapshotPart(i)`, and clear
 * the topics of parts that the snapshot before had and this one has not. Throws above 64 parts (about 35,000 grants).
 */
export function splitSnapshot(set: GrantSet, partBytes: number = SNAPSHOT_PART_BYTES): SnapshotPart[] {
  const contents: { doors: DoorPolicy[]; grants: Grant[]; audienceWindows: AudienceWindow[] }[] = [];
  let current: (typeof contents)[number] | undefined;
  let room = 0;
  const place = (item: unknown) => {
    const bytes = wireBytes(item);
    if (current === undefined || bytes > room) {
      current = { doors: [], grants: [], audienceWindows: [] };
      contents.push(current);
      room = partBytes;
    }
    room -= bytes;
    return current;
  };
  for (const door of set.doors) place(door).doors.push(door);
  for (const window of set.audienceWindows) place(window).audienceWindows.push(window);
  for (const grant of set.grants) place(grant).grants.push(grant);
  if (contents.length === 0) contents.push({ doors: [], grants: [], audienceWindows: [] });
  if (contents.length > MAX_SNAPSHOT_PARTS) {
    throw new Error(
      `The grant set of site ${set.siteId} needs ${contents.length} parts, at most ${MAX_SNAPSHOT_PARTS} travel.`,
    );
  }
  return contents.map((content, part) => ({
    v: PROTOCOL_VERSION,
    networkId: set.networkId,
    siteId: set.siteId,
    timeZone: set.timeZone,
    epoch: set.epoch,
    sequence: set.sequence,
    issuedAt: set.issuedAt,
    validUntil: set.validUntil,
    ...(set.referents !== undefined && { referents: [...set.referents] }),
    part,
    parts: contents.length,
    ...content,
  }));
}

/**
 * Collects parts, in any order and with repeats, until one whole snapshot is there. Holds the parts of one snapshot at a time:
 * a part of a newer one drops what was gathered, a part of an older one is ignored.
 */
export class SnapshotAssembler {
  #parts: (SnapshotPart | undefined)[] = [];
  #head: SnapshotPart | undefined;

  /** The whole set once its last missing part arrives, otherwise null. */
  add(part: SnapshotPart): GrantSet | null {
    if (part.part >= part.parts) return null;
    if (this.#head === undefined || isNewer(part, this.#head)) {
      this.#head = part;
      this.#parts = new Array(part.parts).fill(undefined);
    } else if (!isSameSnapshot(part, this.#head)) {
      return null;
    }
    this.#parts[part.part] = part;
    const parts = this.#parts.filter((one) => one !== undefined);
    if (parts.length < part.parts) return null;
    this.#head = undefined;
    this.#parts = [];
    return {
      networkId: part.networkId,
      siteId: part.siteId,
      timeZone: part.timeZone,
      epoch: part.epoch,
      sequence: part.sequence,
      issuedAt: part.issuedAt,
      validUntil: part.validUntil,
      doors: parts.flatMap((one) => one.doors),
      grants: parts.flatMap((one) => one.grants),
      audienceWindows: parts.flatMap((one) => one.audienceWindows),
      ...(part.referents !== undefined && { referents: part.referents }),
    };
  }

  /** Parts still missing of the snapshot being gathered; 0 when none is. */
  get missing(): number {
    return this.#parts.filter((one) => one === undefined).length;
  }
}

const isNewer = (a: SnapshotPart, b: SnapshotPart): boolean => {
  const order = comparePositions(a, b);
  return order > 0 || (order === 0 && a.issuedAt > b.issuedAt);
};

const isSameSnapshot = (a: SnapshotPart, b: SnapshotPart): boolean =>
  comparePositions(a, b) === 0 && a.issuedAt === b.issuedAt && a.parts === b.parts;

/**
 * The set after a delta. Refusals: `stale` (already applied), `gap` (something before it is missing, or another epoch): keep
 * deciding on what is held and ask for the rest.
 */
export function applyDelta(
  held: GrantSet,
  delta: GrantsDelta,
): { readonly ok: true; readonly value: GrantSet } | { readonly ok: false; readonly reason: 'stale' | 'gap' } {
  if (comparePositions(delta, held) <= 0) return { ok: false, reason: 'stale' };
  if (delta.epoch !== held.epoch || delta.baseSequence !== held.sequence) return { ok: false, reason: 'gap' };
  const gone = new Set([...delta.revokedGrantIds, ...delta.grants.map((grant) => grant.id)]);
  return {
    ok: true,
    value: {
      ...held,
      sequence: delta.sequence,
      issuedAt: delta.issuedAt,
      validUntil: delta.validUntil,
      doors: delta.doors ?? held.doors,
      audienceWindows: delta.audienceWindows ?? held.audienceWindows,
      ...(delta.referents !== undefined && { referents: delta.referents }),
      grants: [...held.grants.filter((grant) => !gone.has(grant.id)), ...delta.grants],
    },
  };
}
