import {
  arePricesAdditive,
  type Coupon,
  type Coverage,
  checkPriceRules,
  couponReduction,
  depositsFor,
  type ExplainedQuote,
  explainQuote,
  FRENCH_THRESHOLDS,
  FRENCH_VAT_RATES,
  franchiseState,
  isNoteDue,
  type PriceRule,
  type RuleConditions,
  type RuleEffect,
  refundOnCancellation,
  settleSecurity,
  sumMinor,
  type Tariff,
  thresholdOn,
  VAT_RATE_BP,
  vatRateOn,
  type Window,
  withReduction,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE, range } from './instants.ts';

const zone = 'Europe/Paris';
const tariff = (more: Partial<Tariff> = {}): Tariff => ({
  id: 'tariff',
  currency: 'EUR',
  hourMinor: 400,
  halfDayMinor: null,
  dayMinor: null,
  halfDayHours: 4,
  vatKind: 'standard_20',
  ...more,
});
const rule = (id: string, when: RuleConditions, effect: RuleEffect, priority = 0): PriceRule => ({
  id,
  name: id,
  when,
  effect,
  priority,
});
const now = instant('2027-03-01T08:00+01:00');
const request = {
  audience: 'professional',
  planId: null,
  resourceId: 'desk',
  resourceKind: 'desk',
  partnerStructureId: null,
};
/** A Monday. */
const afternoon = range('2027-03-15T14:00+01:00', '2027-03-15T20:00+01:00');
const explain = (
  window: Window,
  rules: readonly PriceRule[] = [],
  more: {
    tariff?: Tariff | null;
    coverage?: readonly Coverage[];
    request?: Partial<typeof request> | Record<string, unknown>;
  } = {},
): ExplainedQuote =>
  explainQuote({
    tariff: more.tariff === undefined ? tariff() : more.tariff,
    rules,
    coverage: more.coverage ?? [],
    request: { ...request, ...more.request } as Parameters<typeof explainQuote>[0]['request'],
    window,
    zone,
    now,
  });
const told = (quote: ExplainedQuote) =>
  quote.lines.map(
    (line) => `${line.quantityHundredths / 100} ${line.unit} ${line.kind} ${line.name ?? '-'} ${line.totalMinor}`,
  );

describe('an explained price', () => {
  const pro = rule('pro', { audiences: ['professional'] }, { kind: 'hour_rate', hourMinor: 600 });
  const evening = rule(
    'after 18:00',
    { between: { startsAt: '18:00', endsAt: '24:00' } },
    { kind: 'hour_rate', hourMinor: 900 },
    1,
  );
  const pack: Coverage = { kind: 'credit', sourceId: 'pack', name: 'pack', minutes: 180 };

  test('three hours from the pack, then one at the professional rate and two after 18:00', () => {
    const quote = explain(afternoon, [pro, evening], { coverage: [pack] });
    expect(told(quote)).toEqual(['3 hour credit pack 0', '1 hour time pro 600', '2 hour time after 18:00 1800']);
    expect(quote).toMatchObject({ totalMinor: 2_400, credit: [{ sourceId: 'pack', minutes: 180 }] });
    expect(quote.vat).toEqual([{ vatKind: 'standard_20', rateBp: 2_000, totalMinor: 2_400, vatMinor: 400 }]);
  });

  test('what a plan includes needs no rule and costs nothing', () => {
    const unlimited: Coverage = { kind: 'included', sourceId: 'plan', name: 'plan', minutes: null };
    expect(told(explain(afternoon, [pro, evening], { coverage: [unlimited, pack] }))).toEqual([
      '6 hour included plan 0',
    ]);
  });

  test('a pack covers whole quarter hours, and as much as it has', () => {
    const quote = explain(range('2027-03-15T14:00+01:00', '2027-03-15T15:00+01:00'), [], {
      coverage: [{ ...pack, minutes: 44 }],
    });
    expect(told(quote)).toEqual(['0.5 hour credit pack 0', '0.5 hour time - 200']);
    expect(quote.credit).toEqual([{ sourceId: 'pack', minutes: 30 }]);
  });

  test('without rules it is the price of the tariff', () => {
    expect(told(explain(afternoon))).toEqual(['6 hour time - 2400']);
    expect(told(explain(afternoon, [], { tariff: null }))).toEqual(['1 free time - 0']);
  });
});

describe('when a rule holds', () => {
  const double: RuleEffect = { kind: 'hour_rate', hourMinor: 800 };
  const total = (when: RuleConditions, window = afternoon, more: Record<string, unknown> = {}) =>
    explain(window, [rule('r', when, double)], { request: more }).totalMinor;
  const [no, yes] = [2_400, 4_800];

  test('audience, plan, resource, kind, partner: all that it names', () => {
    expect([total({ audiences: ['youth'] }), total({ audiences: ['youth', 'professional'] })]).toEqual([no, yes]);
    expect([total({ planIds: ['p'] }), total({ planIds: ['p'] }, afternoon, { planId: 'p' })]).toEqual([no, yes]);
    expect([total({ resourceIds: ['room'] }), total({ resourceIds: ['desk'] })]).toEqual([no, yes]);
    expect([total({ resourceKinds: ['room'] }), total({ resourceKinds: ['desk'] })]).toEqual([no, yes]);
    expect([
      total({ partnerStructureIds: ['gap'] }),
      total({ partnerStructureIds: ['gap'] }, afternoon, { partnerStructureId: 'gap' }),
    ]).toEqual([no, yes]);
    expect(total({ audiences: ['professional'], resourceKinds: ['room'] })).toBe(no);
  });

  test('duration: 359, 360 and 361 minutes', () => {
    expect([
      total({ minMinutes: 360 }),
      total({ minMinutes: 361 }),
      total({ maxMinutes: 360 }),
      total({ maxMinutes: 359 }),
    ]).toEqual([yes, no, yes, no]);
  });

  test('advance: 342 hours before', () => {
    expect((afternoon.from - now) / HOUR).toBe(342);
    expect([
      total({ minAdvanceHours: 342 }),
      total({ minAdvanceHours: 343 }),
      total({ lessThanAdvanceHours: 342 }),
      total({ lessThanAdvanceHours: 343 }),
    ]).toEqual([yes, no, no, yes]);
  });

  test('weekdays and dates, of each local day for itself', () => {
    expect([total({ weekdays: [1] }), total({ weekdays: [2] })]).toEqual([yes, no]);
    expect([
      total({ dates: { firstOn: '2027-03-15', lastOn: '2027-03-15' } }),
      total({ dates: { firstOn: '2027-03-16', lastOn: '2027-03-16' } }),
    ]).toEqual([yes, no]);
    const overMidnight = range('2027-03-15T22:00+01:00', '2027-03-16T02:00+01:00');
    expect(told(explain(overMidnight, [rule('tuesday', { weekdays: [2] }, double)]))).toEqual([
      '2 hour time - 800',
      '2 hour time tuesday 1600',
    ]);
  });

  test('hours of the day end where they end', () => {
    expect(total({ between: { startsAt: '20:00', endsAt: '22:00' } })).toBe(no);
    expect(total({ between: { startsAt: '19:45', endsAt: '22:00' } })).toBe(no + 100);
    expect(total({ between: { startsAt: '08:00', endsAt: '14:15' } })).toBe(no + 100);
  });

  test('on the day of the clock change the hours of the night are as long as they are', () => {
    const night = rule('night', { between: { startsAt: '00:00', endsAt: '06:00' } }, double);
    const spring = range('2027-03-28T00:00+01:00', '2027-03-28T08:00+02:00');
    expect(told(explain(spring, [night]))).toEqual(['5 hour time night 4000', '2 hour time - 800']);
  });
});

describe('which rule sets the price', () => {
  const a = rule('a', {}, { kind: 'hour_rate', hourMinor: 500 });
  const b = rule('b', {}, { kind: 'hour_rate', hourMinor: 700 });

  test('the higher priority, among equals the one listed first', () => {
    expect(explain(afternoon, [a, b]).totalMinor).toBe(3_000);
    expect(explain(afternoon, [a, { ...b, priority: 1 }]).totalMinor).toBe(4_200);
  });

  test('free, and a whole tariff of a partner', () => {
    expect(explain(afternoon, [rule('free', {}, { kind: 'free' })]).totalMinor).toBe(0);
    const agreed = rule(
      'agreement',
      {},
      { kind: 'tariff', tariff: tariff({ dayMinor: 1_500, vatKind: 'exempt_293b' }) },
    );
    expect(told(explain(afternoon, [agreed]))).toEqual(['1 day time agreement 1500']);
    expect(explain(afternoon, [agreed]).vat).toEqual([
      { vatKind: 'exempt_293b', rateBp: 0, totalMinor: 1_500, vatMinor: 0 },
    ]);
  });

  test('changes are each of the price, and never make it less than nothing', () => {
    const percent = (id: string, basisPoints: number) => rule(id, {}, { kind: 'percent', basisPoints });
    expect(told(explain(afternoon, [percent('early', -1_000), percent('season', 2_500)]))).toEqual([
      '6 hour time - 2400',
      '1 once adjustment early -240',
      '1 once adjustment season 600',
    ]);
    expect(explain(afternoon, [percent('x', -8_000), percent('y', -8_000)]).totalMinor).toBe(0);
  });

  test('a change of some hours is of their price alone', () => {
    const lunch = rule(
      'lunch',
      { between: { startsAt: '18:00', endsAt: '19:00' } },
      { kind: 'percent', basisPoints: -5_000 },
    );
    expect(explain(afternoon, [lunch]).totalMinor).toBe(2_200);
  });

  test('a reduction of some hours never makes the day dearer: the day stays a day', () => {
    const day = tariff({ halfDayMinor: 1_200, dayMinor: 2_000 });
    const whole = range('2027-03-15T09:00+01:00', '2027-03-15T19:00+01:00');
    const lunch = (basisPoints: number) =>
      explain(
        whole,
        [rule('lunch', { between: { startsAt: '12:00', endsAt: '14:00' } }, { kind: 'percent', basisPoints })],
        {
          tariff: day,
        },
      );
    expect(told(lunch(-5_000))).toEqual(['1 day time - 2000', '1 once adjustment lunch -200']);
    expect(lunch(-20_000).totalMinor).toBe(1_600);
  });

  test('a tariff in another currency is a fault', () => {
    const swiss = rule('swiss', {}, { kind: 'tariff', tariff: tariff({ currency: 'CHF' }) });
    expect(() => explain(afternoon, [swiss])).toThrow('EUR');
  });

  test('a fee is paid once, with its own VAT', () => {
    const quote = explain(afternoon, [rule('cleaning', {}, { kind: 'fee', minor: 1_000, vatKind: 'out_of_scope' })]);
    expect(quote.totalMinor).toBe(3_400);
    expect(quote.vat.map(({ vatKind, totalMinor }) => [vatKind, totalMinor])).toEqual([
      ['standard_20', 2_400],
      ['out_of_scope', 1_000],
    ]);
  });
});

describe('rules as they are written down', () => {
  const found = (...rules: PriceRule[]) => checkPriceRules(rules).map(({ kind }) => kind);
  test('problems are named', () => {
    const free: RuleEffect = { kind: 'free' };
    expect(found(rule('a', {}, free), rule('b', { between: { startsAt: '18:00', endsAt: '24:00' } }, free))).toEqual(
      [],
    );
    expect(found(rule('a', {}, free), rule('a', {}, free))).toEqual(['duplicate_id']);
    expect(found(rule('a', { between: { startsAt: '18:10', endsAt: '19:00' } }, free))).toEqual([
      'not_on_quarter_hours',
    ]);
    expect(found(rule('a', { between: { startsAt: '19:00', endsAt: '19:00' } }, free))).toEqual(['empty_range']);
    expect(found(rule('a', { dates: { firstOn: '2027-03-02', lastOn: '2027-03-01' } }, free))).toEqual(['empty_range']);
    expect(found(rule('a', {}, { kind: 'hour_rate', hourMinor: -1 }))).toEqual(['not_an_amount']);
    expect(found(rule('a', {}, { kind: 'percent', basisPoints: -10_001 }))).toEqual(['not_an_amount']);
    expect(found(rule('a', {}, { kind: 'tariff', tariff: tariff({ dayMinor: 0.5 }) }))).toEqual(['not_an_amount']);
    expect(found(rule('a', { weekdays: [1] }, { kind: 'fee', minor: 1, vatKind: 'standard_20' }))).toEqual([
      'fee_by_time',
    ]);
    for (const when of [
      { between: { startsAt: '18:00', endsAt: '19:00' } },
      { dates: { firstOn: '2027-03-01', lastOn: '2027-03-01' } },
    ]) {
      expect(found(rule('a', when, { kind: 'fee', minor: 1, vatKind: 'standard_20' }))).toEqual(['fee_by_time']);
    }
    expect(found(rule('a', {}, { kind: 'fee', minor: 1, vatKind: 'standard_20' }))).toEqual([]);
  });
});

describe('prices of a time cut in two', () => {
  const quarter = (at: number) => at * 15 * MINUTE;
  const window = fc
    .tuple(fc.integer({ min: 0, max: 365 * 96 }), fc.integer({ min: 2, max: 120 }))
    .map(([start, length]) => ({
      from: instant('2027-01-01T00:00+01:00') + quarter(start),
      until: instant('2027-01-01T00:00+01:00') + quarter(start + length),
    }));
  const hourMinor = fc.oneof(
    fc.nat({ max: 200 }).map((each) => each * 400),
    fc.nat({ max: 5_000 }),
  );
  const when = fc.record(
    {
      weekdays: fc.subarray([1, 2, 3, 4, 5, 6, 7] as const),
      between: fc
        .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 96 }))
        .filter(([a, b]) => a < b)
        .map(([a, b]) => {
          const wall = (at: number) =>
            `${String(Math.floor(at / 4)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`;
          return { startsAt: wall(a), endsAt: wall(b) };
        }),
      minMinutes: fc.integer({ min: 30, max: 600 }),
      minAdvanceHours: fc.integer({ min: 0, max: 4_000 }),
    },
    { requiredKeys: [] },
  );
  const effect: fc.Arbitrary<RuleEffect> = fc.oneof(
    hourMinor.map((each): RuleEffect => ({ kind: 'hour_rate', hourMinor: each })),
    fc.constantFrom(-2_500, -1_000, 1_000, 5_000).map((basisPoints): RuleEffect => ({ kind: 'percent', basisPoints })),
    fc.constant<RuleEffect>({ kind: 'free' }),
    fc.nat({ max: 500 }).map((minor): RuleEffect => ({ kind: 'fee', minor, vatKind: 'standard_20' })),
  );
  const rules = fc
    .array(fc.record({ when, effect, priority: fc.nat({ max: 3 }) }), { maxLength: 4 })
    .map((list) => list.map((each, index) => rule(`r${index}`, each.when, each.effect, each.priority)));

  test('where the rules say that they are additive, the parts cost what the whole costs', () => {
    let additive = 0;
    fc.assert(
      fc.property(hourMinor, rules, window, fc.nat(), (hour, some, whole, where) => {
        const own = tariff({ hourMinor: hour });
        if (!arePricesAdditive(own, some)) return;
        additive++;
        const quarters = (whole.until - whole.from) / quarter(1);
        const cut = whole.from + quarter(1 + (where % (quarters - 1)));
        const price = (of: Window) => explain(of, some, { tariff: own }).totalMinor;
        expect(price({ from: whole.from, until: cut }) + price({ from: cut, until: whole.until })).toBe(price(whole));
      }),
      { numRuns: 2_000 },
    );
    expect(additive).toBeGreaterThan(100);
  });

  test('half days, fees, lengths, advance and fractions of cents are not additive', () => {
    const ok = tariff();
    expect(arePricesAdditive(ok, [])).toBe(true);
    expect(arePricesAdditive(null, [])).toBe(true);
    expect(arePricesAdditive(tariff({ halfDayMinor: 1_000 }), [])).toBe(false);
    expect(arePricesAdditive(tariff({ hourMinor: 401 }), [])).toBe(false);
    expect(arePricesAdditive(ok, [rule('r', { minMinutes: 60 }, { kind: 'free' })])).toBe(false);
    expect(arePricesAdditive(ok, [rule('r', { lessThanAdvanceHours: 60 }, { kind: 'free' })])).toBe(false);
    expect(arePricesAdditive(ok, [rule('r', {}, { kind: 'fee', minor: 1, vatKind: 'standard_20' })])).toBe(false);
    expect(arePricesAdditive(ok, [rule('r', {}, { kind: 'percent', basisPoints: -50 })])).toBe(false);
    expect(arePricesAdditive(ok, [rule('r', {}, { kind: 'percent', basisPoints: -1_000 })])).toBe(true);
  });

  test('for any rules: amounts are integers, totals are sums of lines and of treatments, the lines cover the time once, nothing is below zero', () => {
    fc.assert(
      fc.property(
        fc.option(hourMinor, { nil: null }),
        rules,
        window,
        fc.option(fc.nat({ max: 900 }), { nil: undefined }),
        (hour, some, of, minutes) => {
          const coverage: Coverage[] =
            minutes === undefined ? [] : [{ kind: 'credit', sourceId: 'pack', name: 'pack', minutes }];
          const quote = explain(of, some, { tariff: tariff({ hourMinor: hour, halfDayMinor: 1_001 }), coverage });
          expect(sumMinor(quote.lines.map((line) => line.totalMinor))).toBe(quote.totalMinor);
          expect(sumMinor(quote.vat.map((each) => each.totalMinor))).toBe(quote.totalMinor);
          expect(quote.totalMinor).toBeGreaterThanOrEqual(0);
          expect(quote.lines.every((line) => Number.isInteger(line.totalMinor))).toBe(true);
          let at = of.from;
          for (const line of quote.lines) {
            if (line.window === null || line.kind === 'adjustment') continue;
            expect(line.window.from).toBe(at);
            at = line.window.until;
          }
          expect(at).toBe(of.until);
          const credit = sumMinor(quote.credit.map((each) => each.minutes));
          expect(credit).toBeLessThanOrEqual(minutes ?? 0);
        },
      ),
    );
  });
});

describe('coupons', () => {
  const coupon = (more: Partial<Coupon> = {}): Coupon => ({
    id: 'c',
    name: 'Bienvenue',
    currency: 'EUR',
    reduction: { kind: 'percent', basisPoints: 2_500, atMostMinor: 1_000 },
    firstOn: '2027-03-01',
    lastOn: '2027-03-31',
    maxUses: 10,
    maxUsesPerMember: 1,
    minTotalMinor: 500,
    productIds: ['desk'],
    ...more,
  });
  const use = (more: Record<string, unknown> = {}, of: Partial<Coupon> = {}) => {
    const answer = couponReduction(coupon(of), {
      on: '2027-03-15',
      totalMinor: 2_002,
      currency: 'EUR',
      productId: 'desk',
      uses: 9,
      usesByMember: 0,
      ...more,
    });
    return answer.ok ? answer.value.minor : answer.reason;
  };

  test('a share, at most so much, never more than the total', () => {
    expect([use(), use({ totalMinor: 4_000 }), use({ totalMinor: 9_999 })]).toEqual([501, 1_000, 1_000]);
    expect(use({ totalMinor: 600 }, { reduction: { kind: 'fixed', minor: 700 } })).toBe(600);
  });

  test('its days, its minimum and its uses: at the edge yes, past it no', () => {
    expect([
      use({ on: '2027-02-28' }),
      use({ on: '2027-03-01' }),
      use({ on: '2027-03-31' }),
      use({ on: '2027-04-01' }),
    ]).toEqual(['coupon_not_yet', 501, 501, 'coupon_expired']);
    expect([use({ totalMinor: 499 }), use({ totalMinor: 500 })]).toEqual(['coupon_below_minimum', 125]);
    expect([use({ uses: 10 }), use({ usesByMember: 1 })]).toEqual(['coupon_used_up', 'coupon_used_by_member']);
    expect([use({ productId: 'room' }), use({ currency: 'CHF' })]).toEqual([
      'coupon_not_for_this',
      'coupon_other_currency',
    ]);
    expect(
      use(
        { uses: 1_000, usesByMember: 5, productId: 'room' },
        { maxUses: null, maxUsesPerMember: null, productIds: null },
      ),
    ).toBe(501);
  });

  test('a reduction is spread over the treatments of VAT, to the cent', () => {
    const fee = rule('fee', {}, { kind: 'fee', minor: 1_000, vatKind: 'out_of_scope' });
    const reduced = withReduction(
      explain(afternoon, [fee]),
      { minor: 1_001, sourceId: 'c', name: 'Bienvenue' },
      '2027-03-15',
    );
    expect(reduced.totalMinor).toBe(2_399);
    expect(reduced.vat.map(({ totalMinor }) => totalMinor)).toEqual([2_400 - 707, 1_000 - 294]);
    expect(
      withReduction(explain(afternoon), { minor: 99_999, sourceId: 'c', name: 'x' }, '2027-03-15').totalMinor,
    ).toBe(0);
  });
});

describe('deposits and cancellation', () => {
  test('a part in advance from a price on; a security beside it that comes back', () => {
    const terms = { advanceBp: 3_000, advanceFromMinor: 5_000, securityMinor: 20_000 };
    expect(depositsFor(terms, 4_999)).toEqual({ advanceMinor: 0, laterMinor: 4_999, securityMinor: 20_000 });
    expect(depositsFor(terms, 5_000).advanceMinor).toBe(1_500);
    expect(depositsFor(terms, 5_001)).toEqual({ advanceMinor: 1_500, laterMinor: 3_501, securityMinor: 20_000 });
    expect(settleSecurity(20_000, 4_500)).toEqual({ keptMinor: 4_500, returnedMinor: 15_500 });
    expect(settleSecurity(20_000, 45_000)).toEqual({ keptMinor: 20_000, returnedMinor: 0 });
  });

  const terms = {
    steps: [
      { hoursBefore: 2, refundBp: 5_000 },
      { hoursBefore: 24, refundBp: 10_000 },
    ],
    noShowRefundBp: 0,
  };
  const startsAt = instant('2027-03-15T14:00+01:00');
  const back = (at: number, by: Parameters<typeof refundOnCancellation>[3] = 'member') =>
    refundOnCancellation(terms, { paidMinor: 1_001, creditMinutes: 90, startsAt }, at, by);

  test('24 hours before all, a second later half, two hours before half, a second later nothing', () => {
    const times = [24 * HOUR, 24 * HOUR - 1_000, 2 * HOUR, 2 * HOUR - 1_000];
    expect(times.map((before) => back(startsAt - before).refundMinor)).toEqual([1_001, 501, 501, 0]);
    expect(back(startsAt - 3 * HOUR)).toEqual({ refundBp: 5_000, refundMinor: 501, keptMinor: 500, creditMinutes: 45 });
  });

  test('24 hours are elapsed hours, also over the clock change', () => {
    const sunday = instant('2027-03-28T14:00+02:00');
    const at = (text: string) =>
      refundOnCancellation(terms, { paidMinor: 1_000, creditMinutes: 0, startsAt: sunday }, instant(text), 'member')
        .refundMinor;
    expect([at('2027-03-27T13:00+01:00'), at('2027-03-27T14:00+01:00')]).toEqual([1_000, 500]);
  });

  test('the place gives all back at any time, a no-show what the terms say', () => {
    expect([
      back(startsAt, 'place').refundMinor,
      back(startsAt, 'staff').refundMinor,
      back(startsAt, 'no_show').refundMinor,
    ]).toEqual([1_001, 1_001, 0]);
  });
});

describe('rates and thresholds are dated', () => {
  test('the rates of the law agree with the fixed ones that bookings are quoted with', () => {
    for (const [kind, rateBp] of Object.entries(VAT_RATE_BP)) {
      expect(vatRateOn(kind as keyof typeof VAT_RATE_BP, '2026-11-24')).toMatchObject({ ok: true, value: { rateBp } });
    }
  });

  test('no fact holds twice on one day, and each says where it is from', () => {
    for (const date of ['2014-01-01', '2025-01-01', '2026-11-24', '2030-01-01']) {
      const holding = [
        ...FRENCH_VAT_RATES.map((each) => ({ key: each.kind as string, ...each })),
        ...FRENCH_THRESHOLDS.map((each) => ({ key: each.code as string, ...each })),
      ].filter(({ from, until }) => from <= date && (until === null || date < until));
      expect(new Set(holding.map(({ key }) => key)).size).toBe(holding.length);
      expect(holding.every(({ source }) => source.length > 0)).toBe(true);
    }
  });

  test('a rate that ends is no rate on its last day', () => {
    const rates = [
      { kind: 'standard_20', rateBp: 1_960, from: '2000-04-01', until: '2014-01-01', source: 's', checkedOn: null },
      ...FRENCH_VAT_RATES,
    ] as const;
    expect(vatRateOn('standard_20', '2013-12-31', rates)).toMatchObject({ value: { rateBp: 1_960 } });
    expect(vatRateOn('standard_20', '2014-01-01', rates)).toMatchObject({ value: { rateBp: 2_000 } });
    expect(vatRateOn('reduced_10', '2013-12-31')).toEqual({ ok: false, reason: 'not_in_force' });
  });

  test('37 500 euros of services, 25 euros for a note, and none before the law named one', () => {
    expect(thresholdOn('franchise_services', '2026-11-24')?.minor).toBe(3_750_000);
    expect(thresholdOn('note_to_private_person', '2026-11-24')?.minor).toBe(2_500);
    expect(thresholdOn('recovery_indemnity', '2012-12-31')).toBeNull();
  });

  test('the franchise: at the threshold within, a cent beyond it is said', () => {
    const state = (lastYearMinor: number, thisYearMinor: number, nature: 'service' | 'goods' = 'service') =>
      franchiseState({ lastYearMinor, thisYearMinor, nature }, '2026-11-24');
    expect([state(3_750_000, 3_750_000), state(0, 3_750_001), state(3_750_001, 0), state(0, 4_125_000)]).toEqual([
      'within',
      'ends_next_year',
      'ended_by_last_year',
      'ends_next_year',
    ]);
    expect([state(3_750_001, 4_125_001), state(0, 4_125_001, 'goods'), state(0, 8_500_001, 'goods')]).toEqual([
      'ends_now',
      'within',
      'ends_next_year',
    ]);
    expect(franchiseState({ lastYearMinor: 9e9, thisYearMinor: 9e9, nature: 'goods' }, '2020-01-01')).toBe('within');
  });

  test('a note is due from 25 euros on', () => {
    expect([isNoteDue(2_499, '2026-11-24'), isNoteDue(2_500, '2026-11-24'), isNoteDue(9_999, '2000-01-01')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
