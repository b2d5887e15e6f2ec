import {
  type Closure,
  contains,
  dayWindow,
  normalise,
  occupiedWindow,
  overlaps,
  type ResourceDay,
  type ResourceFacts,
  type SiteDayFacts,
  siteDay,
  spaceHoldWindow,
  subtract,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, range } from './instants.ts';
import { PARIS, space, weekly } from './schedule-facts.ts';
import { agreement, busy, hoursOn, professional, resource, staff, training, youth } from './site-facts.ts';
import { anySite, NaiveSite, QUARTER } from './site-scenarios.ts';

const MONDAY = '2027-03-15';
const hours = (from: string, until: string) => range(`2027-03-15T${from}+01:00`, `2027-03-15T${until}+01:00`);
const MORNING = weekly(1, 'professional', '09:00', '12:00');
const AFTERNOON = weekly(1, 'youth', '14:00', '17:00');
const ALL_DAY = hoursOn(MONDAY, [weekly(1, 'professional', '09:00', '18:00')]);
const ALL_DAY_FOR_THE_YOUNG = hoursOn(MONDAY, [weekly(1, 'youth', '09:00', '18:00')]);

const facts = (more: Partial<SiteDayFacts> = {}): SiteDayFacts => {
  const { booker = professional } = more;
  return {
    ...hoursOn(MONDAY, [MORNING, AFTERNOON]),
    date: MONDAY,
    zone: PARIS,
    resources: [resource('desk')],
    busy: [],
    booker,
    classes: new Map([
      ['area', booker.audienceClass],
      ['room', booker.audienceClass],
    ]),
    siteClass: null,
    buildingCapacity: null,
    ...more,
  };
};
const deskOn = (more: Partial<SiteDayFacts> = {}) => siteDay(facts(more))[0] as ResourceDay;

describe('the day of a site', () => {
  test('is free in the hours of the visitor, and only there', () => {
    expect(deskOn()).toEqual({
      resourceId: 'desk',
      free: [hours('09:00', '12:00')],
      open: [hours('09:00', '12:00')],
      busy: [],
      otherUse: [],
    });
    expect(deskOn({ booker: youth }).free).toEqual([hours('14:00', '17:00')]);
    // One class with the professionals, but not their hours.
    expect(deskOn({ booker: training }).free).toEqual([]);
  });

  test('is made of the hours of its own date and of the space of each resource', () => {
    const twoDays = [weekly(1, 'professional', '09:00', '12:00', 'area'), weekly(2, 'professional', '10:00', '11:00')];
    const { windows } = hoursOn(MONDAY, twoDays);
    const tomorrow = hoursOn('2027-03-16', twoDays).windows;
    const days = siteDay(
      facts({
        windows: [...windows, ...tomorrow],
        resources: [resource('desk'), resource('table', { spaceId: 'room' })],
      }),
    );
    expect(days.map(({ resourceId, open }) => [resourceId, open])).toEqual([
      ['desk', [hours('09:00', '12:00')]],
      ['table', []],
    ]);
  });

  test('a space in which the audience has no class is not theirs to book, in hours that would be theirs', () => {
    const day = deskOn({ classes: new Map([['room', 'work']]) });
    expect([day.open, day.free]).toEqual([[], []]);
    expect(deskOn({ booker: staff, classes: new Map() }).free).toEqual([
      hours('09:00', '12:00'),
      hours('14:00', '17:00'),
    ]);
  });

  test('a booking of the desk leaves what is before and after it; one of another desk leaves all', () => {
    const day = deskOn({ busy: [busy('desk', professional, hours('10:00', '11:00'))] });
    expect(day.free).toEqual([hours('09:00', '10:00'), hours('11:00', '12:00')]);
    expect(day.busy).toEqual([hours('10:00', '11:00')]);
    expect(deskOn({ busy: [busy('other', professional, hours('10:00', '11:00'))] }).free).toEqual([
      hours('09:00', '12:00'),
    ]);
  });

  test('buffers count on both sides: the next booking must not reach into the last, nor the last into it', () => {
    const buffered = resource('desk', { bufferBeforeMs: 15 * MINUTE, bufferAfterMs: 30 * MINUTE });
    const occupied = occupiedWindow(hours('10:00', '10:30'), buffered);
    const day = deskOn({
      resources: [buffered],
      busy: [busy('desk', professional, hours('10:00', '10:30'), { occupied })],
    });
    expect(day.free).toEqual([hours('09:00', '09:15'), hours('11:15', '12:00')]);
  });

  test('a closure of the site or of the space is not open; one of another space does not count', () => {
    const freeWith = (spaceId: string | null) => {
      const closures = [{ ...hours('11:00', '13:00'), spaceId, reason: null }];
      return deskOn(hoursOn(MONDAY, [MORNING, AFTERNOON], { closures })).free;
    };
    expect(freeWith(null)).toEqual([hours('09:00', '11:00')]);
    expect(freeWith('area')).toEqual([hours('09:00', '11:00')]);
    expect(freeWith('room')).toEqual([hours('09:00', '12:00')]);
  });

  test('two audiences of one class share the space; another class takes it until its handover is over', () => {
    const hold = spaceHoldWindow(hours('14:00', '15:00'), 30 * MINUTE);
    const held = [busy('other', youth, hours('14:00', '15:00'), { spaceHold: hold })];
    const day = deskOn({ ...ALL_DAY, busy: held });
    expect(day.free).toEqual([hours('09:00', '14:00'), hours('15:30', '18:00')]);
    expect(day.otherUse).toEqual([hours('14:00', '15:30')]);
    expect(deskOn({ ...ALL_DAY_FOR_THE_YOUNG, busy: held, booker: youth }).free).toEqual([hours('09:00', '18:00')]);
    expect(deskOn({ ...ALL_DAY, busy: [busy('other', training, hours('14:00', '15:00'))] }).free).toEqual([
      hours('09:00', '18:00'),
    ]);
  });

  test('the handover after the own booking must fit before the other class comes', () => {
    const day = deskOn({
      ...ALL_DAY,
      resources: [resource('desk', { handoverMs: 30 * MINUTE })],
      busy: [busy('other', youth, hours('14:00', '15:00'))],
    });
    expect(day.free).toEqual([hours('09:00', '13:30'), hours('15:00', '18:00')]);
  });

  test('staff use any open hour, mind no hold, and hold nothing against others', () => {
    const held = [busy('other', youth, hours('14:00', '15:00'))];
    expect(deskOn({ booker: staff, busy: held }).free).toEqual([hours('09:00', '12:00'), hours('14:00', '17:00')]);
    expect(deskOn({ busy: [busy('other', staff, hours('10:00', '11:00'))] }).free).toEqual([hours('09:00', '12:00')]);
  });

  test('openings that touch are one: a booking may cross from one window to the next', () => {
    const windows = [MORNING, weekly(1, 'professional', '12:00', '14:00')];
    expect(deskOn(hoursOn(MONDAY, windows)).free).toEqual([hours('09:00', '14:00')]);
  });

  test('a booking that began yesterday is shown from midnight on', () => {
    const overnight = range('2027-03-14T22:00+01:00', '2027-03-15T09:30+01:00');
    const day = deskOn({ busy: [busy('desk', professional, overnight)] });
    expect(day.busy).toEqual([hours('00:00', '09:30')]);
    expect(day.free).toEqual([hours('09:30', '12:00')]);
  });
});

describe('handovers', () => {
  const plan = [MORNING, weekly(1, 'youth', '12:00', '17:00')];
  const spaces = [space('area', 60)];

  test('are nobody’s but the staff’s, who go through them', () => {
    const open = hoursOn(MONDAY, plan, { spaces });
    expect(deskOn(open).open).toEqual([hours('09:00', '12:00')]);
    expect(deskOn({ ...open, booker: youth }).open).toEqual([hours('13:00', '17:00')]);
    expect(deskOn({ ...open, booker: staff }).free).toEqual([hours('09:00', '17:00')]);
  });

  test('of another space are no hours, even for staff', () => {
    const elsewhere = hoursOn(MONDAY, plan, { spaces: [space('room', 60)] });
    expect(deskOn({ ...elsewhere, booker: staff }).free).toEqual([]);
  });

  test('are closed to staff too while the place is', () => {
    const closedFor = (spaceId: string | null): readonly Closure[] => [
      { ...hours('12:00', '12:30'), spaceId, reason: null },
    ];
    const freeWith = (closures: readonly Closure[]) =>
      deskOn({ ...hoursOn(MONDAY, plan, { spaces, closures }), booker: staff }).free;
    expect(freeWith(closedFor('area'))).toEqual([hours('09:00', '12:00'), hours('12:30', '17:00')]);
    expect(freeWith(closedFor(null))).toEqual([hours('09:00', '12:00'), hours('12:30', '17:00')]);
    expect(freeWith(closedFor('room'))).toEqual([hours('09:00', '17:00')]);
  });
});

describe('hours agreed with a partner', () => {
  const choir = { ...professional, structureId: 'choir' };

  test('are its own public’s; exclusive, nobody else’s', () => {
    const evening = agreement('choir', weekly(1, 'professional', '11:00', '20:00'));
    const open = hoursOn(MONDAY, [MORNING], { agreements: [evening] });
    expect(deskOn({ ...open, booker: choir }).free).toEqual([hours('09:00', '20:00')]);
    expect(deskOn(open).free).toEqual([hours('09:00', '11:00')]);
    expect(deskOn({ ...open, booker: { ...professional, structureId: 'club' } }).free).toEqual([
      hours('09:00', '11:00'),
    ]);
    expect(deskOn({ ...open, booker: staff }).free).toEqual([hours('09:00', '20:00')]);
  });

  test('that are not exclusive leave the place’s own as they are', () => {
    const evening = agreement('choir', weekly(1, 'professional', '11:00', '20:00'), { isExclusive: false });
    const open = hoursOn(MONDAY, [MORNING], { agreements: [evening] });
    expect(deskOn({ ...open, booker: choir }).free).toEqual([hours('09:00', '20:00')]);
    expect(deskOn(open).free).toEqual([hours('09:00', '12:00')]);
  });
});

describe('a resource of seats', () => {
  const bench = resource('desk', { seats: 4, bufferAfterMs: 15 * MINUTE });
  const shared = (seats: number, ...taken: readonly (readonly [string, string, number])[]) =>
    deskOn({
      resources: [bench],
      seats,
      busy: taken.map(([from, until, people]) =>
        busy('desk', training, hours(from, until), {
          seats: people,
          occupied: occupiedWindow(hours(from, until), bench),
        }),
      ),
    });

  test('is free for as many as there are seats left, and for one more it is not', () => {
    const taken = [
      ['10:00', '11:00', 1],
      ['10:30', '11:30', 2],
    ] as const;
    expect(shared(1, ...taken).free).toEqual([hours('09:00', '12:00')]);
    expect(shared(2, ...taken).busy).toEqual([hours('10:30', '11:15')]);
    // The buffer of the booking itself must be over when the bench is full, and that of the others before it begins.
    expect(shared(2, ...taken).free).toEqual([hours('09:00', '10:15'), hours('11:15', '12:00')]);
    expect(shared(4, ...taken).free).toEqual([hours('09:00', '09:45'), hours('11:45', '12:00')]);
  });

  test('for more people than it has seats is taken all day', () => {
    const day = shared(5);
    expect(day.free).toEqual([]);
    expect(day.open).toEqual([hours('09:00', '12:00')]);
    expect(day.busy).toEqual([dayWindow(MONDAY, PARIS)]);
  });

  test('is another class’s no more than a desk would be', () => {
    const held = [busy('desk', youth, hours('10:00', '11:00'))];
    expect(deskOn({ resources: [resource('desk', { seats: 4 })], busy: held }).free).toEqual([
      hours('09:00', '10:00'),
      hours('11:00', '12:00'),
    ]);
  });
});

describe('a building that holds so many', () => {
  const room = { spaceId: 'room' };
  const crowd = [
    busy('table', professional, hours('10:00', '11:00'), { ...room, seats: 3 }),
    // Staff are people too. Nobody is there in a buffer or a handover.
    busy('other', staff, hours('10:30', '11:30'), { occupied: hours('10:00', '12:00'), seats: 2 }),
  ];

  test('has no room anywhere while it is full, and its limit counts those who would come', () => {
    expect(deskOn({ busy: crowd, buildingCapacity: null }).free).toEqual([hours('09:00', '12:00')]);
    expect(deskOn({ busy: crowd, buildingCapacity: 6 }).free).toEqual([hours('09:00', '12:00')]);
    const full = deskOn({ busy: crowd, buildingCapacity: 5 });
    expect(full.free).toEqual([hours('09:00', '10:30'), hours('11:00', '12:00')]);
    expect(full.busy).toEqual([hours('10:30', '11:00')]);
    expect(deskOn({ busy: crowd, buildingCapacity: 5, seats: 4 }).free).toEqual([
      hours('09:00', '10:00'),
      hours('11:30', '12:00'),
    ]);
    expect(deskOn({ buildingCapacity: 5, seats: 5 }).free).toEqual([hours('09:00', '12:00')]);
    expect(deskOn({ buildingCapacity: 5, seats: 6 })).toMatchObject({ free: [], busy: [dayWindow(MONDAY, PARIS)] });
  });

  test('is full for staff as well', () => {
    expect(deskOn({ busy: crowd, buildingCapacity: 5, booker: staff }).free).toEqual([
      hours('09:00', '10:30'),
      hours('11:00', '12:00'),
      hours('14:00', '17:00'),
    ]);
  });
});

describe('publics that are never on one site', () => {
  const apart = (code: string) => ({ axis: 'professional', siteClass: code });
  const inTheRoom = (siteClass: string, siteAxis = 'professional') => [
    busy('table', youth, hours('10:00', '10:30'), {
      spaceId: 'room',
      siteAxis,
      siteClass,
      spaceHold: hours('10:00', '11:00'),
    }),
  ];

  test('keep each other out of every space, until the handover is over', () => {
    const day = deskOn({ siteClass: apart('professional'), busy: inTheRoom('youth') });
    expect(day.free).toEqual([hours('09:00', '10:00'), hours('11:00', '12:00')]);
    expect(day.otherUse).toEqual([hours('10:00', '11:00')]);
    const desk = resource('desk', { handoverMs: 15 * MINUTE });
    expect(deskOn({ resources: [desk], siteClass: apart('professional'), busy: inTheRoom('youth') }).free).toEqual([
      hours('09:00', '09:45'),
      hours('11:00', '12:00'),
    ]);
  });

  test('do not mind their own class, other axes, nor who minds nobody; staff mind none', () => {
    const all = [hours('09:00', '12:00')];
    expect(deskOn({ siteClass: apart('professional'), busy: inTheRoom('professional') }).free).toEqual(all);
    expect(deskOn({ siteClass: apart('professional'), busy: inTheRoom('youth', 'social') }).free).toEqual(all);
    expect(deskOn({ siteClass: null, busy: inTheRoom('youth') }).free).toEqual(all);
    expect(deskOn({ siteClass: null, booker: staff, busy: inTheRoom('youth') }).free[0]).toEqual(all[0]);
  });
});

describe('for any site, free means exactly what the database would take', () => {
  test('a window is inside free exactly when it is open for the booker and breaks no constraint', () => {
    let found = 0;
    fc.assert(
      fc.property(anySite, fc.integer({ min: 1, max: 12 }), (scenario, length) => {
        const { facts: any } = scenario;
        const naive = new NaiveSite(scenario);
        const day = dayWindow(any.date, PARIS);
        for (const [index, view] of siteDay(any).entries()) {
          const of = any.resources[index] as ResourceFacts;
          // Free lies in open, and apart from what is busy or in other use.
          expect(subtract(view.free, view.open)).toEqual([]);
          expect(view.free.some((free) => [...view.busy, ...view.otherUse].some((each) => overlaps(free, each)))).toBe(
            false,
          );

          const quarters = (holds: (quarter: (typeof naive.quarters)[number]) => boolean) =>
            normalise(naive.quarters.filter(holds));
          expect(view.open).toEqual(quarters((quarter) => naive.isOpen(of.spaceId, quarter)));
          expect(view.busy).toEqual(quarters((quarter) => naive.isTaken(of, quarter) || naive.isBuildingFull(quarter)));
          expect(view.otherUse).toEqual(
            quarters((quarter) => naive.isInOtherUse(of.spaceId, quarter) || naive.isApart(quarter)),
          );

          const accepted: number[] = [];
          const expected: number[] = [];
          for (let from = day.from - 4 * QUARTER; from < day.until; from += QUARTER) {
            const candidate = { from, until: from + length * QUARTER };
            if (contains(view.free, candidate)) accepted.push(from);
            const occupied = occupiedWindow(candidate, of);
            const hold = spaceHoldWindow(candidate, of.handoverMs);
            const isRefused =
              naive.isTaken(of, occupied) ||
              naive.isInOtherUse(of.spaceId, hold) ||
              naive.isApart(hold) ||
              naive.isBuildingFull(candidate);
            if (naive.isOpen(of.spaceId, candidate) && !isRefused) expected.push(from);
          }
          expect(accepted).toEqual(expected);
          found += expected.length;
        }
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(500);
  });
});

test('a day of 200 resources with 2,000 bookings takes milliseconds', () => {
  const resources = Array.from({ length: 200 }, (_, index) =>
    resource(`desk-${index}`, {
      spaceId: `space-${index % 20}`,
      bufferAfterMs: 5 * MINUTE,
      handoverMs: 10 * MINUTE,
      seats: index % 2 === 0 ? null : 12,
    }),
  );
  const day = dayWindow(MONDAY, PARIS);
  const taken = Array.from({ length: 2_000 }, (_, index) => {
    const from = day.from + 8 * HOUR + Math.floor(index / 200) * HOUR;
    const of = resources[index % 200] as (typeof resources)[number];
    return busy(
      of.id,
      index % 3 === 0 ? youth : professional,
      { from, until: from + 30 * MINUTE },
      { spaceId: of.spaceId, seats: 2 },
    );
  });
  const spaces = Array.from({ length: 20 }, (_, index) => space(`space-${index}`, 10));
  const input = facts({
    ...hoursOn(MONDAY, [weekly(1, 'professional', '08:00', '19:00')], { spaces }),
    resources,
    busy: taken,
    classes: new Map(spaces.map(({ id }) => [id, professional.audienceClass])),
    siteClass: { axis: 'professional', siteClass: 'professional' },
    buildingCapacity: 1_000,
  });
  const times = Array.from({ length: 21 }, () => {
    const startedAt = performance.now();
    expect(siteDay(input)).toHaveLength(200);
    return performance.now() - startedAt;
  }).sort((a, b) => a - b);
  // A few milliseconds on an idle machine: the margin is for a busy one. One pass per resource over all bookings takes 10 times this.
  expect(times[10]).toBeLessThan(20);
  expect(normalise(siteDay(input).flatMap((each) => each.free)).length).toBeGreaterThan(0);
});
