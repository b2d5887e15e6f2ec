import { classesMayMeet } from '../audience/audiences.ts';
import type { AudienceClass } from '../audience/types.ts';
import { insertHandovers } from '../schedule/handover.ts';
import type { Handover, ScheduledSpace, ScheduledWindow } from '../schedule/types.ts';
import { HOUR_MS } from '../time/local.ts';
import type { Instant, TimeZone, Window } from '../time/types.ts';
import { normalise, overlaps, subtract } from '../time/windows.ts';
import type { AgreedWindow, EffectiveWindow, HeldTime, ReleaseRule, WindowShare } from './types.ts';

export interface EffectiveFacts {
  readonly zone: TimeZone;
  readonly spaces: readonly ScheduledSpace[];
  /** The expansion of the schedule. */
  readonly windows: readonly ScheduledWindow[];
  /** The expansion of the agreements on the same dates. Where two of them meet, the one listed first has the time. */
  readonly agreed: readonly AgreedWindow[];
  readonly releases: readonly ReleaseRule[];
  readonly shares: readonly WindowShare[];
  /** Active bookings in these spaces and dates. */
  readonly bookings: readonly HeldTime[];
}

export interface EffectiveHours {
  /** By space in the order given, then by start. */
  readonly windows: readonly EffectiveWindow[];
  readonly handovers: readonly Handover[];
}

/**
 * Whose hours are whose, as booking must see it at `now`.
 *
 * Agreements come first: their time, and the handover before it, is taken from every window of an audience that may not
 * meet the partner's; when exclusive, their time from all others too. A window with a release rule is `promised` while
 * `now` is before its start minus `hoursBefore`; from that instant on it is released: to an audience of the same class
 * beside its own, else its own keeps what it has booked and the rest changes hands, as far as bookings, agreements and
 * windows of another class, beside it or after it, and the handovers before them leave it time. Of two that are released
 * into one time to audiences who may not meet, the first has it. Handovers are put between all of them anew.
 */
export function effectiveWindows(facts: EffectiveFacts, now: Instant): EffectiveHours {
  const windows: EffectiveWindow[] = [];
  const handovers: Handover[] = [];
  const windowsBySpace = Map.groupBy(facts.windows, ({ spaceId }) => spaceId);
  const agreedBySpace = Map.groupBy(facts.agreed, ({ spaceId }) => spaceId);
  const bookingsBySpace = Map.groupBy(facts.bookings, ({ spaceId }) => spaceId);
  for (const space of facts.spaces) {
    const agreed = settle(agreedBySpace.get(space.id) ?? []);
    const own = (windowsBySpace.get(space.id) ?? []).flatMap((window) =>
      besideAgreements({ ...window, release: releaseOf(window, space, facts.releases, now) }, agreed, space.handoverMs),
    );
    const bookings = bookingsBySpace.get(space.id) ?? [];
    const all = [
      ...agreed.map(
        ({ isExclusive: _, agreementId, partnerStructureId, ...window }): EffectiveWindow => ({
          ...window,
          use: { kind: 'agreed', agreementId, partnerStructureId },
          shares: [],
        }),
      ),
      ...own.flatMap((each) => withRelease(each, { own, agreed, bookings, shares: facts.shares }, space)),
    ];
    all.sort((a, b) => a.from - b.from || (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0));
    const inserted = insertHandovers(all, space.handoverMs, facts.zone);
    windows.push(...inserted.windows);
    handovers.push(...inserted.handovers);
  }
  return { windows, handovers };
}

/** A window of the schedule, or what an agreement leaves of it. */
interface Own extends ScheduledWindow {
  readonly release: Release | null;
}

interface Release {
  readonly rule: ReleaseRule;
  readonly releasesAt: Instant;
  /** Whose class has it from now on; null while it is promised. */
  readonly audienceClass: AudienceClass | null;
}

function releaseOf(
  window: ScheduledWindow,
  space: ScheduledSpace,
  releases: readonly ReleaseRule[],
  now: Instant,
): Release | null {
  const rule = releases.find(({ windowIds }) => windowIds.includes(window.ruleId));
  if (rule === undefined) return null;
  const releasesAt = window.from - rule.hoursBefore * HOUR_MS;
  if (now < releasesAt) return { rule, releasesAt, audienceClass: null };
  const audienceClass = space.classes.get(rule.releasedTo);
  if (audienceClass === undefined) throw new RangeError(`space ${space.id} has no class for ${rule.releasedTo}`);
  return { rule, releasesAt, audienceClass };
}

function settle(agreed: readonly AgreedWindow[]): AgreedWindow[] {
  const settled: AgreedWindow[] = [];
  for (const window of agreed) {
    const taken = settled.filter(
      (other) => other.isExclusive || window.isExclusive || !classesMayMeet(other.audienceClass, window.audienceClass),
    );
    settled.push(...cutOut(window, taken));
  }
  return settled;
}

function besideAgreements(window: Own, agreed: readonly AgreedWindow[], handoverMs: number): Own[] {
  const taken: Window[] = [];
  for (const other of agreed) {
    // The partner's public has its whole time: who was there before it leaves in time for the handover.
    if (!classesMayMeet(other.audienceClass, window.audienceClass)) {
      taken.push({ from: other.from - handoverMs, until: other.until });
    } else if (other.isExclusive) taken.push(other);
  }
  return cutOut(window, taken);
}

function cutOut<W extends Window>(window: W, taken: readonly Window[]): W[] {
  const near = taken.filter((other) => overlaps(other, window));
  return near.length === 0 ? [window] : subtract([window], normalise(near)).map((piece) => ({ ...window, ...piece }));
}

function withRelease(
  piece: Own,
  others: {
    readonly own: readonly Own[];
    readonly agreed: readonly AgreedWindow[];
    readonly bookings: readonly HeldTime[];
    readonly shares: readonly WindowShare[];
  },
  space: ScheduledSpace,
): EffectiveWindow[] {
  const { release, ...window } = piece;
  const shares = others.shares.filter(({ windowIds }) => windowIds.includes(window.ruleId));
  if (release === null) return [{ ...window, use: { kind: 'own' }, shares }];
  const { audienceClass, releasesAt } = release;
  const { id: releaseId, releasedTo, tariffId } = release.rule;
  if (audienceClass === null) {
    return [{ ...window, use: { kind: 'promised', releaseId, releasedTo, releasesAt }, shares }];
  }

  const released = (part: Window): EffectiveWindow => ({
    ...window,
    ...part,
    audience: releasedTo,
    audienceClass,
    use: { kind: 'released', releaseId, promisedTo: window.audience, tariffId },
    // A share is of the hours of one audience; a released hour is another's.
    shares: [],
  });
  if (audienceClass === window.audienceClass) return [{ ...window, use: { kind: 'own' }, shares }, released(window)];

  const mayMeet = (other: { readonly audienceClass: AudienceClass }) =>
    classesMayMeet(other.audienceClass, audienceClass);
  const bookings = others.bookings.filter((booking) => !mayMeet(booking));
  const kept = mayMeet(window)
    ? [{ from: window.from, until: window.until }]
    : normalise(
        bookings
          .filter((booking) => overlaps(booking, window))
          .map(({ from, until }) => ({ from: Math.max(from, window.from), until: Math.min(until, window.until) })),
      );
  const position = others.own.indexOf(piece);
  const hours = others.own.filter((other, index) => {
    if (other === piece) return false;
    const classNow = other.release?.audienceClass ?? other.audienceClass;
    if (classesMayMeet(classNow, other.audienceClass) && !mayMeet(other)) return true;
    // Of two that change hands in one time, the first goes before the other.
    return (index < position || other.from >= window.until) && !mayMeet({ audienceClass: classNow });
  });
  // Whoever is there beside the released hours or comes after them must not wait because of them.
  const taken = [...bookings, ...others.agreed.filter((other) => !mayMeet(other)), ...hours];
  const closing = taken.map(({ from, until }) => ({ from: from - space.handoverMs, until }));
  return [
    ...kept.map((part): EffectiveWindow => ({ ...window, ...part, use: { kind: 'own' }, shares })),
    ...subtract([window], normalise(closing)).map(released),
  ];
}
