import {
  type AgreedWindow,
  classesMayMeet,
  compileSchedule,
  type EffectiveFacts,
  effectiveWindows,
  expandAgreements,
  expandDay,
  type HeldTime,
  localTimeOf,
  type ReleaseRule,
  type Schedule,
  type StandingAgreement,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, range } from './instants.ts';
import { LIBRARY, PARIS, schedule, space, template, weekly } from './schedule-facts.ts';

/** A Wednesday of the term: professionals until 13:00, the young from 13:15 to 18:00. */
const DAY = '2026-11-25';
const at = (time: string) => instant(`${DAY}T${time}+01:00`);
const windowsOf = (site: Schedule) => expandDay(compileSchedule(site), DAY).windows;

function effective(now: number, facts: Partial<EffectiveFacts> = {}) {
  return effectiveWindows(
    {
      zone: PARIS,
      spaces: LIBRARY.spaces,
      windows: windowsOf(LIBRARY),
      agreed: [],
      releases: [],
      shares: [],
      bookings: [],
      ...facts,
    },
    now,
  );
}
const told = ({ windows }: ReturnType<typeof effective>) =>
  windows.map(
    ({ audience, from, until, use }) =>
      `${audience} ${localTimeOf(from, PARIS)}-${localTimeOf(until, PARIS)} ${use.kind}`,
  );

const release = (releasedTo: string, hoursBefore = 24, windowIds = ['youth-3-13:00']): ReleaseRule => ({
  id: 'release',
  windowIds,
  releasedTo,
  hoursBefore,
  tariffId: 'evening',
});
const held = (audience: string, audienceClass: string, from: string, until: string): HeldTime => ({
  ...range(`${DAY}T${from}+01:00`, `${DAY}T${until}+01:00`),
  spaceId: 'hall',
  audience,
  audienceClass,
});

describe('priority and release', () => {
  const releasesAt = at('13:15') - 24 * HOUR;

  test('until the hour of release the window is promised, and says until when', () => {
    const before = effective(releasesAt - 1, { releases: [release('general')] });
    expect(told(before)).toEqual(['professional 09:00-13:00 own', 'youth 13:15-18:00 promised']);
    expect(before.windows[1]?.use).toEqual({
      kind: 'promised',
      releaseId: 'release',
      releasedTo: 'general',
      releasesAt,
    });
  });

  test('from then on it is the other’s, at its price', () => {
    const after = effective(releasesAt, { releases: [release('general')] });
    expect(told(after)).toEqual(['professional 09:00-13:00 own', 'general 13:15-18:00 released']);
    expect(after.windows[1]).toMatchObject({
      audienceClass: 'general',
      ruleId: 'youth-3-13:00',
      use: { kind: 'released', releaseId: 'release', promisedTo: 'youth', tariffId: 'evening' },
    });
  });

  test('what its own audience has booked stays its own, with a handover on both sides', () => {
    const after = effective(releasesAt, {
      releases: [release('general')],
      bookings: [held('youth', 'youth', '15:00', '16:00')],
    });
    expect(told(after)).toEqual([
      'professional 09:00-13:00 own',
      'general 13:15-14:45 released',
      'youth 15:00-16:00 own',
      'general 16:15-18:00 released',
    ]);
    expect(after.handovers.map(({ leaving, arriving }) => `${leaving} ${arriving}`)).toEqual([
      'professional general',
      'general youth',
      'youth general',
    ]);
  });

  test('an audience of the same class comes beside the one that it was promised to', () => {
    const after = effective(at('08:59'), { releases: [release('training', 1, ['professional-3-09:00'])] });
    expect(told(after).slice(0, 2)).toEqual(['professional 09:00-13:00 own', 'training 09:00-13:00 released']);
  });

  test('whoever comes next need not wait longer because of a release', () => {
    const site = schedule({
      templates: [
        template('t', { kind: 'always' }, [
          weekly(null, 'youth', '13:00', '15:00'),
          weekly(null, 'youth', '15:00', '18:00'),
        ]),
      ],
    });
    const after = effective(at('12:00'), {
      windows: windowsOf(site),
      releases: [release('general', 2, ['youth-all-13:00'])],
    });
    expect(told(after)).toEqual(['general 13:00-14:45 released', 'youth 15:00-18:00 own']);
  });

  test('who is there beside the released hours stays, and agreements keep their time', () => {
    const site = schedule({
      templates: [
        template('t', { kind: 'always' }, [
          weekly(null, 'professional', '09:00', '13:00'),
          weekly(null, 'training', '11:00', '12:00'),
        ]),
      ],
    });
    const toTheYoung = release('youth', 24, ['professional-all-09:00']);
    const beside = effective(at('09:00'), { windows: windowsOf(site), releases: [toTheYoung] });
    expect(told(beside)).toEqual([
      'youth 09:00-10:45 released',
      'training 11:00-12:00 own',
      'youth 12:15-13:00 released',
    ]);
    const [window] = windowsOf(site) as [AgreedWindow];
    const agreed = {
      ...window,
      ...range(`${DAY}T11:00+01:00`, `${DAY}T14:00+01:00`),
      ruleId: 'agreed',
      agreementId: 'agreed',
      partnerStructureId: 'choir-society',
      isExclusive: false,
    };
    const lent = effective(at('09:00'), { windows: [window], agreed: [agreed], releases: [toTheYoung] });
    expect(told(lent)).toEqual(['youth 09:00-10:45 released', 'professional 11:00-14:00 agreed']);
  });

  test('two that are released into one time to audiences who may not meet: the first has it', () => {
    const site = schedule({
      templates: [
        template('t', { kind: 'always' }, [
          weekly(null, 'professional', '09:00', '11:00'),
          weekly(null, 'training', '10:00', '13:00'),
        ]),
      ],
    });
    const releases = [
      { ...release('general', 24, ['training-all-10:00']), id: 'general' },
      release('youth', 24, ['professional-all-09:00']),
    ];
    expect(told(effective(at('09:00'), { windows: windowsOf(site), releases }))).toEqual([
      'youth 09:00-11:00 released',
      'general 11:15-13:00 released',
    ]);
  });

  test('a share stays with the hours of its audience', () => {
    const share = { id: 's', windowIds: ['youth-3-13:00'], structureId: 'mission-locale', tariffId: null };
    expect(effective(at('09:00'), { shares: [share] }).windows.map(({ shares }) => shares)).toEqual([[], [share]]);
    expect(effective(at('13:15'), { shares: [share], releases: [release('general')] }).windows.at(-1)?.shares).toEqual(
      [],
    );
  });
});

describe('standing agreements', () => {
  const agreement: StandingAgreement = {
    id: 'choir',
    hostStructureId: 'library',
    partnerStructureId: 'choir-society',
    spaceIds: ['hall'],
    period: { kind: 'school_term' },
    windows: [weekly(3, 'general', '17:00', '21:00')],
    holdsOnPublicHolidays: false,
    isExclusive: true,
    price: { kind: 'flat', per: 'year', amount: { minor: 12_000, currency: 'EUR' } },
    terms: 'Leaves the chairs stacked.',
    validFrom: '2026-09-01',
    validUntil: '2027-07-01',
  };
  const expanded = (date: string, next: string, more: Partial<StandingAgreement> = {}, site: Schedule = LIBRARY) =>
    expandAgreements(site, [{ ...agreement, ...more }], { from: date, until: next });

  test('are windows of their period, between their dates, not on public holidays and not in closures', () => {
    expect(expanded(DAY, '2026-11-26').windows).toMatchObject([
      {
        ...range(`${DAY}T17:00+01:00`, `${DAY}T21:00+01:00`),
        agreementId: 'choir',
        partnerStructureId: 'choir-society',
        audience: 'general',
      },
    ]);
    // Armistice was a Wednesday in 2026; the winter holidays are no term.
    expect(expanded('2026-11-11', '2026-11-12').windows).toEqual([]);
    expect(expanded('2026-11-11', '2026-11-12', { holdsOnPublicHolidays: true }).windows).toHaveLength(1);
    expect(expanded('2027-02-24', '2027-02-25').windows).toEqual([]);
    expect(expanded(DAY, '2026-11-26', { validFrom: '2026-11-26' }).windows).toEqual([]);
    expect(expanded(DAY, '2026-11-26', { validUntil: DAY }).windows).toEqual([]);
    const closures = [{ ...range(`${DAY}T20:00+01:00`, `${DAY}T23:00+01:00`), spaceId: null, reason: null }];
    expect(expanded(DAY, '2026-11-26', {}, { ...LIBRARY, closures }).windows).toMatchObject([{ until: at('20:00') }]);
  });

  test('a year that is not published is unknown, but only while the agreement is in force', () => {
    const open = { validUntil: null };
    expect(expanded('2027-10-06', '2027-10-07', open).unknown).toEqual([
      { agreementId: 'choir', spaceId: 'hall', date: '2027-10-06', missing: 'school_calendar' },
    ]);
    expect(expanded('2027-10-06', '2027-10-07').unknown).toEqual([]);
  });

  test('take their time and the handover before it from the place’s own hours', () => {
    const { windows: agreed } = expanded(DAY, '2026-11-26');
    const hours = effective(at('08:00'), { agreed });
    expect(told(hours)).toEqual([
      'professional 09:00-13:00 own',
      'youth 13:15-16:45 own',
      'general 17:00-21:00 agreed',
    ]);
    expect(hours.windows.at(-1)?.use).toEqual({
      kind: 'agreed',
      agreementId: 'choir',
      partnerStructureId: 'choir-society',
    });
  });

  test('exclusive or not decides over those who may meet its public', () => {
    const more = { windows: [weekly(3, 'training', '11:00', '12:00')] };
    const exclusive = expanded(DAY, '2026-11-26', more).windows;
    expect(told(effective(at('08:00'), { agreed: exclusive })).slice(0, 3)).toEqual([
      'professional 09:00-11:00 own',
      'training 11:00-12:00 agreed',
      'professional 12:00-13:00 own',
    ]);
    const beside = expanded(DAY, '2026-11-26', { ...more, isExclusive: false }).windows;
    expect(told(effective(at('08:00'), { agreed: beside })).slice(0, 2)).toEqual([
      'professional 09:00-13:00 own',
      'training 11:00-12:00 agreed',
    ]);
  });

  test('of two that meet, the first listed has the time', () => {
    const [first] = expanded(DAY, '2026-11-26').windows as [AgreedWindow];
    const second = { ...first, from: at('20:00'), until: at('22:00'), agreementId: 'second', ruleId: 'z' };
    expect(told(effective(at('08:00'), { windows: [], agreed: [first, second] }))).toEqual([
      'general 17:00-21:00 agreed',
      'general 21:00-22:00 agreed',
    ]);
  });
});

test('for any releases, agreements and bookings, incompatible audiences keep their distance and bookings their time', () => {
  const quarter = fc.integer({ min: 32, max: 80 });
  const span = fc.tuple(quarter, fc.integer({ min: 2, max: 12 })).map(([start, length]) => ({
    from: at('00:00') + start * 15 * 60_000,
    until: at('00:00') + (start + length) * 15 * 60_000,
  }));
  const classes = space('hall').classes;
  const audience = fc.constantFrom('professional', 'youth', 'general', 'training');
  // Trainees beside the professionals, staff beside everybody.
  const site = schedule({
    templates: [
      template('t', { kind: 'always' }, [
        weekly(null, 'professional', '09:00', '13:00'),
        weekly(null, 'training', '11:00', '12:30'),
        weekly(null, 'staff', '12:00', '14:00'),
        weekly(null, 'youth', '13:00', '18:00'),
        weekly(null, 'general', '18:00', '20:00'),
      ]),
    ],
  });
  const planned = windowsOf(site);
  fc.assert(
    fc.property(
      fc.array(fc.record({ span, audience, isExclusive: fc.boolean() }), { maxLength: 2 }),
      fc.option(span, { nil: null }),
      fc.array(
        fc.record({
          releasedTo: fc.oneof({ weight: 5, arbitrary: audience }, fc.constant('staff')),
          of: fc.constantFrom(...planned.map(({ ruleId }) => ruleId)),
        }),
        { maxLength: 3 },
      ),
      fc.integer({ min: 0, max: 48 }),
      (agreements, booked, releases, hoursAhead) => {
        const agreed = agreements.map(
          ({ span: window, audience: code, isExclusive }, index): AgreedWindow => ({
            ...window,
            spaceId: 'hall',
            audience: code,
            audienceClass: classes.get(code) as string,
            ruleId: `agreed-${index}`,
            templateId: null,
            exceptionId: null,
            agreementId: `agreed-${index}`,
            partnerStructureId: 'p',
            isExclusive,
          }),
        );
        const open = planned.find(
          (window) =>
            window.audience === 'youth' &&
            booked !== null &&
            window.from <= booked.from &&
            booked.until <= window.until,
        );
        const bookings: HeldTime[] =
          open === undefined || booked === null
            ? []
            : [{ ...booked, spaceId: 'hall', audience: 'youth', audienceClass: 'youth' }];
        const rules = releases.map(({ releasedTo, of }, index) => ({
          ...release(releasedTo, 24, [of]),
          id: `r-${index}`,
        }));
        const now = at('13:15') - hoursAhead * HOUR;
        const { windows } = effective(now, { windows: planned, agreed, bookings, releases: rules });
        for (const [index, a] of windows.entries()) {
          for (const b of windows.slice(index + 1)) {
            if (classesMayMeet(a.audienceClass, b.audienceClass)) continue;
            expect(b.from).toBeGreaterThanOrEqual(a.until + 15 * 60_000);
          }
        }
        // Nobody loses time because others release theirs.
        const isUntouched = ({ ruleId }: { readonly ruleId: string }) => !releases.some(({ of }) => of === ruleId);
        const without = effective(now, { windows: planned, agreed, bookings, releases: [] }).windows;
        for (const { from, until, ruleId } of without.filter(isUntouched)) {
          expect(windows.some((w) => w.ruleId === ruleId && w.from <= from && until <= w.until)).toBe(true);
        }
        for (const booking of agreed.length === 0 ? bookings : []) {
          expect(
            windows.some((w) => w.audience === 'youth' && w.from <= booking.from && booking.until <= w.until),
          ).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});
