import {
  accessDuring,
  addDays,
  addMonths,
  allocateMinor,
  billingPeriod,
  billingPeriodOf,
  changePlan,
  checkPrices,
  type DateSpan,
  daysOfSpan,
  type Entitlements,
  isEntitled,
  isMembershipActive,
  lastDayAfterNotice,
  type Membership,
  type MembershipPlan,
  mayPause,
  membershipActiveDuring,
  OPEN_END,
  type PlanPrice,
  passMembership,
  planPriceFor,
  priceWithPauses,
  prorate,
  sumMinor,
  suspendedFrom,
  totalMs,
  trialEndsOn,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, range, SECOND } from './instants.ts';

const zone = 'Europe/Paris';
const membership = (more: Partial<Membership> = {}): Membership => ({
  id: 'membership',
  planId: 'plan',
  startsOn: '2027-01-15',
  endsOn: null,
  startsAt: null,
  endsAt: null,
  pauses: [],
  suspensions: [],
  ...more,
});
const entitlements = (more: Partial<Entitlements> = {}): Entitlements => ({
  hours: { kind: 'unlimited' },
  resourceKinds: null,
  reach: { kind: 'own_structure' },
  horizonDays: 30,
  quotas: { activeBookings: null, minutesPerDay: null, minutesPerWeek: null },
  access: 'bookings_only',
  audiences: null,
  ...more,
});
const terms = (more: Partial<MembershipPlan['terms']> = {}): MembershipPlan['terms'] => ({
  trialDays: 0,
  noticeDays: 0,
  commitmentMonths: 0,
  endsAt: 'any_day',
  pause: null,
  ...more,
});

describe('when a membership is active', () => {
  test('from the first instant of its first local day to the last of its last, to the second', () => {
    const january = membership({ endsOn: '2027-01-31' });
    const first = instant('2027-01-15T00:00+01:00');
    const after = instant('2027-02-01T00:00+01:00');
    expect(membershipActiveDuring(january, zone)).toEqual([{ from: first, until: after }]);
    const at = (moment: number) => isMembershipActive(january, zone, moment);
    expect([
      at(first - SECOND),
      at(first - 1),
      at(first),
      at(after - SECOND),
      at(after - 1),
      at(after),
      at(after + SECOND),
    ]).toEqual([false, false, true, true, true, false, false]);
  });

  test('the same dates are other instants in another zone', () => {
    const day = membership({ startsOn: '2027-01-15', endsOn: '2027-01-15' });
    expect(membershipActiveDuring(day, 'America/Cayenne')).toEqual([
      range('2027-01-15T00:00-03:00', '2027-01-16T00:00-03:00'),
    ]);
  });

  test('a day of the clock change has 23 or 25 hours', () => {
    const length = (date: string) =>
      totalMs(membershipActiveDuring(membership({ startsOn: date, endsOn: date }), zone));
    expect([length('2027-03-28'), length('2027-10-31'), length('2027-06-01')]).toEqual([
      23 * HOUR,
      25 * HOUR,
      24 * HOUR,
    ]);
  });

  test('not in its pauses, nor while it is suspended; open at the end where no end is said', () => {
    const active = membershipActiveDuring(
      membership({
        pauses: [{ firstOn: '2027-02-01', lastOn: '2027-02-28' }],
        suspensions: [
          { from: instant('2027-03-10T12:00+01:00'), until: instant('2027-03-11T09:30+01:00') },
          { from: instant('2027-05-01T12:00+02:00'), until: null },
        ],
      }),
      zone,
    );
    expect(active).toEqual([
      range('2027-01-15T00:00+01:00', '2027-02-01T00:00+01:00'),
      range('2027-03-01T00:00+01:00', '2027-03-10T12:00+01:00'),
      range('2027-03-11T09:30+01:00', '2027-05-01T12:00+02:00'),
    ]);
    expect(membershipActiveDuring(membership(), zone)).toEqual([
      { from: instant('2027-01-15T00:00+01:00'), until: OPEN_END },
    ]);
  });

  test('never, when it was ended before its start', () => {
    expect(membershipActiveDuring(membership({ endsOn: '2027-01-14' }), zone)).toEqual([]);
  });

  test('a half-day pass ends and begins at midday; the halves touch', () => {
    const pass = (part: 'day' | 'morning' | 'afternoon') =>
      membershipActiveDuring(passMembership({ id: 'p', planId: 'plan', date: '2027-03-15', part }), zone);
    expect(pass('morning')).toEqual([range('2027-03-15T00:00+01:00', '2027-03-15T13:00+01:00')]);
    expect(pass('afternoon')).toEqual([range('2027-03-15T13:00+01:00', '2027-03-16T00:00+01:00')]);
    expect(pass('day')).toEqual([range('2027-03-15T00:00+01:00', '2027-03-16T00:00+01:00')]);
  });
});

test('an unpaid membership goes on through its grace, and stops at the midnight after it', () => {
  const from = suspendedFrom('2027-03-26', 2, zone);
  expect(from).toBe(instant('2027-03-29T00:00+02:00'));
  const unpaid = membership({ suspensions: [{ from, until: null }] });
  expect([isMembershipActive(unpaid, zone, from - SECOND), isMembershipActive(unpaid, zone, from)]).toEqual([
    true,
    false,
  ]);
});

describe('when the badge opens', () => {
  const facts = {
    active: [range('2027-03-15T00:00+01:00', '2027-03-16T00:00+01:00')],
    audience: [
      range('2027-03-15T06:00+01:00', '2027-03-15T14:00+01:00'),
      range('2027-03-15T18:00+01:00', '2027-03-16T02:00+01:00'),
    ],
    staffed: [range('2027-03-15T09:00+01:00', '2027-03-15T17:00+01:00')],
    bookings: [range('2027-03-15T13:00+01:00', '2027-03-15T15:00+01:00')],
  };

  test('only for bookings', () => {
    expect(accessDuring('bookings_only', facts)).toEqual(facts.bookings);
  });

  test('in staffed hours of the audience, and for bookings', () => {
    expect(accessDuring('staffed_hours', facts)).toEqual([range('2027-03-15T09:00+01:00', '2027-03-15T15:00+01:00')]);
  });

  test('around the clock is inside the hours of the audience and inside the membership', () => {
    expect(accessDuring('around_the_clock', facts)).toEqual([
      range('2027-03-15T06:00+01:00', '2027-03-15T15:00+01:00'),
      range('2027-03-15T18:00+01:00', '2027-03-16T00:00+01:00'),
    ]);
  });
});

describe('the price for a person', () => {
  const list: PlanPrice[] = [
    { audience: null, status: null, quotient: null, minor: 6_000 },
    { audience: 'professional', status: null, quotient: null, minor: 9_000 },
    { audience: null, status: 'student', quotient: null, minor: 3_000 },
    { audience: null, status: 'jobseeker', quotient: null, minor: 2_000 },
    { audience: 'youth', status: null, quotient: { from: 0, below: 600 }, minor: 500 },
    { audience: 'youth', status: null, quotient: { from: 600, below: 1_200 }, minor: 1_000 },
    { audience: 'youth', status: null, quotient: { from: 1_200, below: null }, minor: 1_500 },
  ];
  const price = (audience: string, statuses: string[] = [], quotient: number | null = null) => {
    const found = planPriceFor(list, { audience, statuses, quotient });
    return found.ok ? found.value.minor : found.reason;
  };

  test('names what it is for; what names more goes first, then the cheaper', () => {
    expect([
      price('general'),
      price('professional'),
      price('general', ['student']),
      price('general', ['student', 'jobseeker']),
    ]).toEqual([6_000, 9_000, 3_000, 2_000]);
  });

  test('bands of the quotient familial begin at their first euro: 599, 600, 1199, 1200', () => {
    expect([0, 599, 600, 1_199, 1_200, 5_000].map((quotient) => price('youth', [], quotient))).toEqual([
      500, 500, 1_000, 1_000, 1_500, 1_500,
    ]);
  });

  test('a band goes before the price of the audience alone, also where it is dearer', () => {
    const all: PlanPrice[] = [
      { audience: 'youth', status: null, quotient: null, minor: 100 },
      { audience: 'youth', status: null, quotient: { from: 0, below: null }, minor: 500 },
    ];
    const of = (quotient: number | null) => planPriceFor(all, { audience: 'youth', statuses: [], quotient });
    expect([of(10), of(null)]).toMatchObject([{ value: { minor: 500 } }, { value: { minor: 100 } }]);
  });

  test('an unknown quotient pays the price that asks for none; without one it is asked for', () => {
    expect(price('youth')).toBe(6_000);
    const banded = list.filter(({ quotient }) => quotient !== null);
    expect(planPriceFor(banded, { audience: 'youth', statuses: [], quotient: null })).toEqual({
      ok: false,
      reason: 'unknown_quotient',
    });
    expect(planPriceFor(banded, { audience: 'general', statuses: [], quotient: 10 })).toEqual({
      ok: false,
      reason: 'no_price',
    });
  });

  test('a list with overlapping or missing bands is named', () => {
    const band = (from: number, below: number | null): PlanPrice => ({
      audience: null,
      status: null,
      quotient: { from, below },
      minor: 1,
    });
    expect(checkPrices(list)).toEqual([]);
    expect(checkPrices([band(0, 600), band(599, null)])).toEqual([{ kind: 'bands_overlap', index: 0, other: 1 }]);
    expect(checkPrices([band(0, null), band(600, null)])).toEqual([{ kind: 'bands_overlap', index: 0, other: 1 }]);
    expect(checkPrices([band(0, 600), band(700, null)])).toEqual([{ kind: 'band_gap', from: 600, below: 700 }]);
    expect(checkPrices([band(0, 600), band(700, null), { ...band(0, 1), quotient: null }])).toEqual([]);
    expect(checkPrices([band(600, 600)])).toEqual([{ kind: 'empty_band', index: 0 }]);
    expect(checkPrices([{ ...band(0, 1), minor: -1 }])).toEqual([{ kind: 'not_an_amount', index: 0 }]);
  });
});

describe('billing periods', () => {
  test('begin on the day of the month of the start, or on the last there is', () => {
    expect([0, 1, 2, 3].map((n) => billingPeriod('2027-01-31', 'month', n))).toEqual([
      { firstOn: '2027-01-31', lastOn: '2027-02-27' },
      { firstOn: '2027-02-28', lastOn: '2027-03-30' },
      { firstOn: '2027-03-31', lastOn: '2027-04-29' },
      { firstOn: '2027-04-30', lastOn: '2027-05-30' },
    ]);
    expect(billingPeriod('2028-02-29', 'year', 1)).toEqual({ firstOn: '2029-02-28', lastOn: '2030-02-27' });
  });

  const date = fc.integer({ min: 0, max: 3_000 }).map((days) => addDays('2024-01-01', days));
  test('for any start: no gap, no overlap, and every date finds the period it lies in', () => {
    fc.assert(
      fc.property(
        date,
        fc.nat({ max: 800 }),
        fc.constantFrom('month' as const, 'year' as const),
        (startsOn, ahead, unit) => {
          const asked = addDays(startsOn, ahead);
          const found = billingPeriodOf(startsOn, unit, asked);
          expect(found).not.toBeNull();
          const { n, firstOn, lastOn } = found as NonNullable<typeof found>;
          expect(firstOn <= asked && asked <= lastOn).toBe(true);
          expect(billingPeriod(startsOn, unit, n + 1).firstOn).toBe(addDays(lastOn, 1));
          expect(billingPeriodOf(startsOn, unit, addDays(startsOn, -1))).toBeNull();
        },
      ),
    );
  });
});

describe('proration', () => {
  const june: DateSpan = { firstOn: '2027-06-01', lastOn: '2027-06-30' };

  test('an upgrade on the 16th gives back half and charges half', () => {
    expect(changePlan(june, '2027-06-16', { oldMinor: 4_000, newMinor: 9_001 })).toEqual({
      effectiveOn: '2027-06-16',
      usedMinor: 2_000,
      returnedMinor: 2_000,
      chargedMinor: 4_500,
      dueMinor: 2_500,
    });
  });

  test('an upgrade on the first day changes the whole price; on the last, one thirtieth', () => {
    expect(changePlan(june, '2027-06-01', { oldMinor: 3_000, newMinor: 6_000 }).dueMinor).toBe(3_000);
    expect(changePlan(june, '2027-06-30', { oldMinor: 3_000, newMinor: 6_000 }).dueMinor).toBe(100);
  });

  test('a downgrade waits for the next period and costs nothing', () => {
    expect(changePlan(june, '2027-06-10', { oldMinor: 6_000, newMinor: 3_000 })).toMatchObject({
      effectiveOn: '2027-07-01',
      dueMinor: 0,
    });
    expect(changePlan(june, '2027-06-10', { oldMinor: 6_000, newMinor: 6_000 }).effectiveOn).toBe('2027-07-01');
  });

  test('a day outside the period is a fault', () => {
    expect(() => changePlan(june, '2027-07-01', { oldMinor: 1, newMinor: 2 })).toThrow('2027-07-01');
    expect(() => prorate(100, june, ['2027-07-01'])).toThrow(RangeError);
  });

  test('a pause of ten days of June saves a third', () => {
    const pause = { firstOn: '2027-05-25', lastOn: '2027-06-10' };
    expect(priceWithPauses(3_000, june, [pause])).toEqual({ dueMinor: 2_000, savedMinor: 1_000, pausedDays: 10 });
    expect(priceWithPauses(3_000, june, [pause, pause]).pausedDays).toBe(10);
  });

  const amount = fc.integer({ min: 0, max: 5_000_000 });
  test('for any amount, span and cuts the parts add up to the amount, and cutting a part again does not move the others', () => {
    fc.assert(
      fc.property(
        amount,
        fc.integer({ min: 1, max: 366 }),
        fc.array(fc.integer({ min: 1, max: 365 }), { maxLength: 6 }),
        (minor, length, offsets) => {
          const span = { firstOn: '2027-01-10', lastOn: addDays('2027-01-10', length - 1) };
          const cuts = [...new Set(offsets.filter((offset) => offset < length))]
            .sort((a, b) => a - b)
            .map((offset) => addDays(span.firstOn, offset));
          const parts = prorate(minor, span, cuts);
          expect(sumMinor(parts.map((part) => part.minor))).toBe(minor);
          expect(parts.reduce((sum, part) => sum + daysOfSpan(part), 0)).toBe(length);
          for (const part of parts) expect(Math.abs(part.minor - (minor * daysOfSpan(part)) / length)).toBeLessThan(1);
        },
      ),
    );
  });

  test('for any upgrade: used and returned make the old price, and what is due is what is charged less what is returned', () => {
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 0, max: 29 }), (oldMinor, more, day) => {
        const newMinor = oldMinor + more + 1;
        const change = changePlan(june, addDays(june.firstOn, day), { oldMinor, newMinor });
        expect(change.usedMinor + change.returnedMinor).toBe(oldMinor);
        expect(change.dueMinor).toBe(change.chargedMinor - change.returnedMinor);
        expect(change.dueMinor).toBeGreaterThanOrEqual(0);
        // Old days and new days priced apart are the period, to the cent that rounding can move.
        const [unused] = allocateMinor(newMinor, [day, 30 - day]) as [number];
        expect(change.chargedMinor + unused).toBe(newMinor);
      }),
    );
  });
});

describe('notice', () => {
  const last = (plan: Partial<MembershipPlan['terms']>, givenOn: string, more: Partial<Membership> = {}) =>
    lastDayAfterNotice(membership(more), { terms: terms(plan), billing: 'month' }, givenOn);

  test('in the trial the member leaves that day; the day after, the notice runs', () => {
    const plan = { trialDays: 14, noticeDays: 30 };
    expect(trialEndsOn(membership(), { terms: terms(plan) })).toBe('2027-01-28');
    expect(last(plan, '2027-01-28')).toBe('2027-01-28');
    expect(last(plan, '2027-01-29')).toBe('2027-02-28');
  });

  test('runs to the end of the billing period where the terms say so', () => {
    expect(last({ noticeDays: 15, endsAt: 'period_end' }, '2027-02-20')).toBe('2027-03-14');
    expect(last({ noticeDays: 22, endsAt: 'period_end' }, '2027-02-20')).toBe('2027-03-14');
    expect(last({ noticeDays: 23, endsAt: 'period_end' }, '2027-02-20')).toBe('2027-04-14');
  });

  test('takes no effect before the commitment is over, and lengthens no membership', () => {
    expect(last({ commitmentMonths: 3 }, '2027-02-01')).toBe('2027-04-14');
    expect(last({ commitmentMonths: 3 }, '2027-05-01')).toBe('2027-05-01');
    expect(last({ noticeDays: 60 }, '2027-02-01', { endsOn: '2027-02-10' })).toBe('2027-02-10');
  });

  test('before the start it means that nothing begins', () => {
    expect(membershipActiveDuring(membership({ endsOn: last({ noticeDays: 30 }, '2027-01-10') }), zone)).toEqual([]);
  });
});

describe('pauses', () => {
  const pause = (span: DateSpan, more: Partial<Membership> = {}) => {
    const answer = mayPause(
      membership(more),
      { terms: terms({ pause: { minDays: 7, maxDaysPerYear: 30 } }) },
      span,
      '2027-02-01',
    );
    return answer.ok ? 'ok' : answer.reason;
  };
  const span = (firstOn: string, lastOn: string) => ({ firstOn, lastOn });

  test('from tomorrow, of seven days or more, thirty a year', () => {
    expect(pause(span('2027-02-01', '2027-02-20'))).toBe('in_the_past');
    expect(pause(span('2027-02-02', '2027-02-07'))).toBe('too_short');
    expect(pause(span('2027-02-02', '2027-02-08'))).toBe('ok');
    expect(pause(span('2027-02-02', '2027-03-03'))).toBe('ok');
    expect(pause(span('2027-02-02', '2027-03-04'))).toBe('too_long');
    const taken = { pauses: [span('2027-03-01', '2027-03-23')] };
    expect(pause(span('2027-05-01', '2027-05-07'), taken)).toBe('ok');
    expect(pause(span('2027-05-01', '2027-05-08'), taken)).toBe('too_long');
    expect(pause(span('2027-03-23', '2027-04-02'), taken)).toBe('overlaps');
  });

  test('a pause over New Year counts in each year for itself', () => {
    expect(pause(span('2027-12-20', '2028-01-12'), { pauses: [span('2027-03-01', '2027-03-18')] })).toBe('ok');
    expect(pause(span('2027-12-20', '2028-01-12'), { pauses: [span('2027-03-01', '2027-03-19')] })).toBe('too_long');
  });

  test('only in the membership, only where the plan has pauses', () => {
    expect(pause(span('2027-05-01', '2027-05-10'), { endsOn: '2027-05-09' })).toBe('outside_membership');
    expect(pause(span('2027-05-10', '2027-05-01'))).toBe('not_a_span');
    expect(mayPause(membership(), { terms: terms() }, span('2027-05-01', '2027-05-10'), '2027-02-01')).toEqual({
      ok: false,
      reason: 'no_pauses',
    });
  });
});

describe('what a plan gives', () => {
  const now = instant('2027-03-15T08:00+01:00');
  const hour = (text: string, length = 1) => ({ from: instant(text), until: instant(text) + length * HOUR });
  const asked = hour('2027-03-17T10:00+01:00', 2);
  const ask = (more: Partial<Entitlements>, facts: Partial<Parameters<typeof isEntitled>[0]> = {}, window = asked) => {
    const answer = isEntitled(
      {
        membership: membership(),
        plan: { structureId: 'annot', entitlements: entitlements(more) },
        site: { id: 'site', structureId: 'annot', zone },
        resourceKind: 'desk',
        audience: 'professional',
        others: [],
        ...facts,
      },
      window,
      now,
    );
    return answer.ok ? 'ok' : answer.reason;
  };

  test('ended yesterday: no; ends with the day of the booking: yes', () => {
    expect(ask({}, { membership: membership({ endsOn: '2027-03-16' }) })).toBe('plan_inactive');
    expect(ask({}, { membership: membership({ endsOn: '2027-03-17' }) })).toBe('ok');
    const pass = passMembership({ id: 'p', planId: 'plan', date: '2027-03-17', part: 'morning' });
    expect(ask({}, { membership: pass }, hour('2027-03-17T11:00+01:00', 2))).toBe('ok');
    expect(ask({}, { membership: pass }, hour('2027-03-17T11:15+01:00', 2))).toBe('plan_inactive');
  });

  test('only the audiences, sites and kinds that it names', () => {
    expect(ask({ audiences: ['youth'] })).toBe('audience_not_included');
    expect(ask({ resourceKinds: ['room'] })).toBe('resource_kind_not_included');
    const elsewhere = { site: { id: 'other', structureId: 'gap', zone } };
    expect(ask({}, elsewhere)).toBe('site_not_included');
    expect(ask({ reach: { kind: 'network' } }, elsewhere)).toBe('ok');
    expect(ask({ reach: { kind: 'sites', siteIds: ['other'] } }, elsewhere)).toBe('ok');
    expect(ask({ reach: { kind: 'sites', siteIds: ['other'] } })).toBe('site_not_included');
  });

  test('until the end of the last local day of its horizon', () => {
    expect(ask({ horizonDays: 2 }, {}, hour('2027-03-17T23:00+01:00'))).toBe('ok');
    expect(ask({ horizonDays: 1 })).toBe('beyond_horizon');
  });

  test('quotas count what the window adds: at the limit yes, a quarter hour more no', () => {
    const quotas = { activeBookings: null, minutesPerDay: 240, minutesPerWeek: 360 };
    const other = { id: 'a', ...hour('2027-03-17T14:00+01:00', 2) };
    expect(ask({ quotas }, { others: [other] })).toBe('ok');
    expect(ask({ quotas }, { others: [{ ...other, until: other.until + HOUR / 4 }] })).toBe('day_quota_spent');
    const tuesday = { id: 'b', ...hour('2027-03-16T14:00+01:00', 2) };
    const sunday = { id: 'c', ...hour('2027-03-14T14:00+01:00', 9) };
    expect(ask({ quotas }, { others: [tuesday, other, sunday] })).toBe('ok');
    expect(ask({ quotas }, { others: [{ ...tuesday, until: tuesday.until + HOUR / 4 }, other, sunday] })).toBe(
      'week_quota_spent',
    );
    const limit = { activeBookings: 2, minutesPerDay: null, minutesPerWeek: null };
    expect(ask({ quotas: limit }, { others: [other, sunday] })).toBe('ok');
    expect(ask({ quotas: limit }, { others: [other, { ...other, id: 'd' }] })).toBe('too_many_bookings');
  });

  test('months are added by the calendar', () => {
    expect([addMonths('2027-01-31', 1), addMonths('2028-01-31', 1), addMonths('2027-12-15', 1)]).toEqual([
      '2027-02-28',
      '2028-02-29',
      '2028-01-15',
    ]);
  });
});
