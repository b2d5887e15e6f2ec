import { createHash } from 'node:crypto';
import {
  type AccessRequest,
  type AudienceWindow,
  type DoorPolicy,
  decideAccess,
  type Grant,
  type GrantSet,
  indexGrantSet,
} from '@mitoyen/domain';
import type { Bench } from '../main.ts';
import { againstBaseline } from '../measure.ts';

const GRANTS = 10_000;
const DOORS = 40;
const PRESENTATIONS = 40_000;
const ROUNDS = 15;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MORNING = Temporal.Instant.from('2027-03-15T07:00:00Z').epochMilliseconds;

const matchOf = (text: string) => createHash('sha256').update(text).digest('base64url');
const doorId = (index: number) => `door-${index % DOORS}`;

/** A large site's fortnight: 10,000 bookings of two hours, each opening its entrance and one inner door, in alternating hours. */
function largeSite(): GrantSet {
  const startOf = (index: number) => MORNING + (index % (14 * 6)) * 2 * HOUR;
  const classAt = (at: number) => (((at - MORNING) / (2 * HOUR)) % 2 === 0 ? 'work' : 'youth');
  const doors: DoorPolicy[] = Array.from({ length: DOORS }, (_, index) => ({
    id: doorId(index),
    name: `Door ${index}`,
    obeysAudienceWindows: index > 0,
    earlyMs: 15 * MINUTE,
    pinMaxFailures: 5,
    pinLockoutWindowMs: 5 * MINUTE,
    pinLockoutMs: 5 * MINUTE,
  }));
  const grants: Grant[] = Array.from({ length: GRANTS }, (_, index) => ({
    id: `grant-${index}`,
    doorIds: [doorId(0), doorId(1 + (index % (DOORS - 1)))],
    kind: index % 2 === 0 ? 'badge' : 'pin',
    match: matchOf(`credential ${index}`),
    holderRef: `member-${index}`,
    bookingId: `booking-${index}`,
    audienceClass: classAt(startOf(index)),
    from: startOf(index) - 15 * MINUTE,
    until: startOf(index) + 2 * HOUR,
    isStaff: false,
  }));
  const audienceWindows: AudienceWindow[] = doors.flatMap((door) =>
    Array.from({ length: 14 * 6 }, (_, index) => {
      const from = MORNING + index * 2 * HOUR;
      return { doorId: door.id, audienceClass: classAt(from), from, until: from + 2 * HOUR };
    }),
  );
  return {
    networkId: 'network',
    siteId: 'site',
    timeZone: 'Europe/Paris',
    epoch: 1,
    sequence: 1,
    issuedAt: MORNING,
    validUntil: MORNING + 15 * 24 * HOUR,
    doors,
    grants,
    audienceWindows,
  };
}

interface Presentation {
  readonly request: AccessRequest;
  readonly at: number;
}

/** Half of them open; the others come too early, too late, to a wrong door, or with a badge that nobody knows. */
function presentations(set: GrantSet): Presentation[] {
  return Array.from({ length: PRESENTATIONS }, (_, index) => {
    const grant = set.grants[(index * 7_919) % GRANTS] as Grant;
    const isRight = index % 2 === 0;
    const flaw = isRight ? -1 : (index >> 1) % 4;
    const start = grant.from + 15 * MINUTE;
    return {
      at: flaw === 0 ? grant.from - 1 : flaw === 1 ? start + 2 * HOUR : start + HOUR,
      request: {
        doorId: flaw === 2 ? 'door-elsewhere' : (grant.doorIds[index % 4 === 0 ? 0 : 1] as string),
        kind: grant.kind,
        match: flaw === 3 ? matchOf(`unknown ${index}`) : grant.match,
        clockTrust: 'trusted',
        doorMode: 'normal',
        recentPinFailures: [],
      },
    };
  });
}

const bench: Bench = {
  name: 'access.decide',
  run() {
    const set = largeSite();
    const indexed = indexGrantSet(set);
    const raw = new Map(set.grants.map((grant) => [grant.match, grant]));
    const spelled = JSON.stringify(presentations(set));
    // A badge is hashed anew each time it is presented: strings whose hash is known already would flatter both sides.
    const fresh = () => JSON.parse(spelled) as Presentation[];

    const perSecond = (run: (presented: readonly Presentation[]) => number, expected: number): number => {
      const presented = fresh();
      const startedAt = performance.now();
      const count = run(presented);
      const elapsedMs = performance.now() - startedAt;
      if (count !== expected)
        throw new Error(`${count} presentations were answered otherwise than expected, not ${expected}`);
      return (PRESENTATIONS / elapsedMs) * 1_000;
    };

    return againstBaseline({
      rounds: ROUNDS,
      unit: 'decisions/s',
      note:
        `one thread, ${GRANTS} grants, ${DOORS} doors with audience windows, half of the presentations refused; baseline: ` +
        'one Map.get of the same credentials, which no decision can beat (a scan of the list would flatter)',
      subject: () =>
        perSecond((presented) => {
          let opened = 0;
          for (const { request, at } of presented) if (decideAccess(indexed, request, at).granted) opened++;
          return opened;
        }, PRESENTATIONS / 2),
      baseline: () =>
        perSecond(
          (presented) => {
            let known = 0;
            for (const { request } of presented) if (raw.get(request.match) !== undefined) known++;
            return known;
          },
          (PRESENTATIONS * 7) / 8,
        ),
    });
  },
};

export default bench;
