import {
  addDays,
  agreementFor,
  type CrossUse,
  checkEntry,
  computeTotals,
  monthlyStatements,
  netPositions,
  type PassSharing,
  postSettlement,
  priceUses,
  type ReciprocityAgreement,
  sharePass,
  statementLines,
  sumMinor,
  type UsePrice,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const agreement = (more: Partial<ReciprocityAgreement> = {}): ReciprocityAgreement => ({
  id: 'a',
  homeStructureId: 'annot',
  hostStructureId: 'gap',
  currency: 'EUR',
  price: { kind: 'per_hour', hourMinor: 250 },
  resourceKinds: null,
  freeMinutesPerMonth: 0,
  validFrom: '2027-01-01',
  validUntil: null,
  ...more,
});
const use = (id: string, more: Partial<CrossUse> = {}): CrossUse => ({
  id,
  homeStructureId: 'annot',
  hostStructureId: 'gap',
  memberId: 'lea',
  resourceKind: 'desk',
  usedOn: '2027-03-15',
  minutes: 90,
  publicPriceMinor: 600,
  ...more,
});

describe('which agreement holds', () => {
  const held = (more: Partial<ReciprocityAgreement>, of: Partial<CrossUse> = {}) =>
    agreementFor([agreement(more)], use('u', of)) !== null;

  test('from its first day, not on the day after its last, in its direction only', () => {
    expect([held({ validFrom: '2027-03-15' }), held({ validFrom: '2027-03-16' })]).toEqual([true, false]);
    expect([held({ validUntil: '2027-03-16' }), held({ validUntil: '2027-03-15' })]).toEqual([true, false]);
    expect(held({}, { homeStructureId: 'gap', hostStructureId: 'annot' })).toBe(false);
  });

  test('one that names the kind before one for all', () => {
    const both = [agreement(), agreement({ id: 'desks', resourceKinds: ['desk'] })];
    expect([agreementFor(both, use('u'))?.id, agreementFor(both, use('u', { resourceKind: 'room' }))?.id]).toEqual([
      'desks',
      'a',
    ]);
  });
});

describe('what a use costs', () => {
  const price = (of: UsePrice, more: Partial<CrossUse> = {}, freeMinutesPerMonth = 0) =>
    priceUses([agreement({ price: of, freeMinutesPerMonth })], [use('u', more)])[0]?.minor;

  test('by the hour, by the visit, by a share of the place’s own price, nothing', () => {
    expect(price({ kind: 'per_hour', hourMinor: 250 })).toBe(375);
    expect(price({ kind: 'per_hour', hourMinor: 250 }, { minutes: 1 })).toBe(4);
    expect(price({ kind: 'per_visit', minor: 500 })).toBe(500);
    expect(price({ kind: 'share_of_price', basisPoints: 6_000 })).toBe(360);
    expect(price({ kind: 'free' })).toBe(0);
  });

  test('free minutes of the month go to the first uses; a use free in part costs its part', () => {
    const settled = priceUses(
      [agreement({ freeMinutesPerMonth: 120 })],
      [use('b', { usedOn: '2027-03-16' }), use('a'), use('c', { usedOn: '2027-03-17' })],
    );
    expect(settled.map(({ use: { id }, freeMinutes, minor }) => [id, freeMinutes, minor])).toEqual([
      ['a', 90, 0],
      ['b', 30, 250],
      ['c', 0, 375],
    ]);
    expect(price({ kind: 'share_of_price', basisPoints: 6_000 }, {}, 45)).toBe(180);
    expect(price({ kind: 'per_visit', minor: 500 }, {}, 90)).toBe(0);
    expect(price({ kind: 'per_visit', minor: 500 }, {}, 89)).toBe(500);
  });

  test('without an agreement it costs nothing and is listed', () => {
    expect(priceUses([], [use('u')])).toEqual([{ use: use('u'), agreementId: null, freeMinutes: 0, minor: 0 }]);
  });
});

describe('the month', () => {
  const back = agreement({
    id: 'b',
    homeStructureId: 'gap',
    hostStructureId: 'annot',
    price: { kind: 'per_visit', minor: 400 },
  });
  const backUse = use('v', { homeStructureId: 'gap', hostStructureId: 'annot' });

  test('one statement a pair, what each owes, and the difference', () => {
    const uses = [
      use('u'),
      backUse,
      use('w', { usedOn: '2027-04-01' }),
      use('x', { usedOn: '2027-02-28' }),
      use('own', { hostStructureId: 'annot' }),
    ];
    const [statement, ...more] = monthlyStatements('2027-03', [agreement(), back], uses, 'EUR');
    expect(more).toEqual([]);
    expect(statement).toMatchObject({
      firstStructureId: 'annot',
      secondStructureId: 'gap',
      owedByFirstMinor: 375,
      owedBySecondMinor: 400,
      netMinor: -25,
    });
    expect(netPositions([statement as NonNullable<typeof statement>])).toEqual([
      { structureId: 'annot', payMinor: -25 },
      { structureId: 'gap', payMinor: 25 },
    ]);
  });

  test('agreements in another currency are another statement', () => {
    const swiss = agreement({ currency: 'CHF' });
    expect(monthlyStatements('2027-03', [swiss], [use('u')], 'EUR')[0]?.owedByFirst[0]?.agreementId).toBeNull();
    expect(monthlyStatements('2027-03', [swiss], [use('u')], 'CHF')[0]?.netMinor).toBe(375);
  });

  test('the host may invoice it: the lines are what is owed', () => {
    const uses = [use('u'), use('w', { resourceKind: 'room', minutes: 60 }), backUse];
    const [statement] = monthlyStatements('2027-03', [agreement(), back], uses, 'EUR');
    const lines = statementLines(
      statement as NonNullable<typeof statement>,
      'gap',
      'standard_20',
      (kind) => `Usage ${kind}`,
    );
    expect(lines.map(({ name, quantityHundredths, totalMinor }) => [name, quantityHundredths, totalMinor])).toEqual([
      ['Usage desk', 150, 375],
      ['Usage room', 100, 250],
    ]);
    const totals = computeTotals({
      lines,
      allowances: [],
      pricesIncludeVat: false,
      paidMinor: 0,
      suppliedOn: '2027-03-31',
    });
    expect(totals).toMatchObject({ ok: true, value: { totals: { netMinor: 625, vatMinor: 125 } } });
  });

  const structures = ['annot', 'apt', 'gap', 'nice'] as const;
  const anyUse = fc.record({
    homeStructureId: fc.constantFrom(...structures),
    hostStructureId: fc.constantFrom(...structures),
    resourceKind: fc.constantFrom('desk', 'room'),
    usedOn: fc.nat({ max: 60 }).map((days) => addDays('2027-02-15', days)),
    minutes: fc.integer({ min: 15, max: 600 }),
    publicPriceMinor: fc.nat({ max: 10_000 }),
  });
  const anyAgreement = fc.record({
    homeStructureId: fc.constantFrom(...structures),
    hostStructureId: fc.constantFrom(...structures),
    price: fc.oneof(
      fc.record({ kind: fc.constant('per_hour' as const), hourMinor: fc.nat({ max: 2_000 }) }),
      fc.record({ kind: fc.constant('per_visit' as const), minor: fc.nat({ max: 2_000 }) }),
      fc.record({ kind: fc.constant('share_of_price' as const), basisPoints: fc.nat({ max: 10_000 }) }),
      fc.constant({ kind: 'free' as const }),
    ),
    freeMinutesPerMonth: fc.nat({ max: 600 }),
  });

  test('for any uses: every use once, sums are sums, positions add up to nothing, and any order says the same', () => {
    fc.assert(
      fc.property(
        fc.array(anyUse, { maxLength: 40 }),
        fc.array(anyAgreement, { maxLength: 8 }),
        fc.nat(),
        (some, agreed, seed) => {
          const uses = some.map((each, index) => use(`u${String(index).padStart(2, '0')}`, each));
          const agreements = agreed.map((each, index) => agreement({ id: `a${index}`, ...each }));
          const statements = monthlyStatements('2027-03', agreements, uses, 'EUR');
          const listed = statements.flatMap(({ owedByFirst, owedBySecond }) =>
            [...owedByFirst, ...owedBySecond].map((each) => each.use.id),
          );
          const crossing = uses
            .filter((each) => each.homeStructureId !== each.hostStructureId && each.usedOn.startsWith('2027-03'))
            .map(({ id }) => id);
          expect([...listed].sort()).toEqual(crossing.sort());
          for (const statement of statements) {
            expect(statement.owedByFirstMinor).toBe(sumMinor(statement.owedByFirst.map(({ minor }) => minor)));
            expect(statement.netMinor).toBe(statement.owedByFirstMinor - statement.owedBySecondMinor);
            const { firstStructureId: id, owedBySecondMinor: earnedMinor, owedByFirstMinor: owedMinor } = statement;
            const entry = postSettlement(
              { partner: { code: id, label: id }, earnedMinor, owedMinor, revenue: 'services' },
              { on: '2027-03-31', ref: 'R', label: 'x', currency: 'EUR' },
            );
            if (entry !== null) expect(checkEntry(entry)).toEqual([]);
            const lines = statementLines(statement, statement.secondStructureId, 'standard_20', (kind) => kind);
            expect(sumMinor(lines.map(({ totalMinor }) => totalMinor))).toBe(statement.owedByFirstMinor);
          }
          expect(sumMinor(netPositions(statements).map(({ payMinor }) => payMinor))).toBe(0);
          const shuffled = [...uses].sort(
            (a, b) => ((a.id.charCodeAt(2) * 31 + seed) % 7) - ((b.id.charCodeAt(2) * 31 + seed) % 7),
          );
          expect(monthlyStatements('2027-03', agreements, shuffled, 'EUR')).toEqual(statements);
        },
      ),
    );
  });
});

describe('a pass for many places', () => {
  const sharing = (more: Partial<PassSharing> = {}): PassSharing => ({
    sellerBp: 2_000,
    networkBp: 1_000,
    by: 'minutes',
    unused: 'seller',
    ...more,
  });

  test('a part to the seller, a part to the network, the rest by use', () => {
    const uses = [
      { structureId: 'gap', minutes: 60 },
      { structureId: 'annot', minutes: 90 },
      { structureId: 'gap', minutes: 30 },
    ];
    expect(sharePass(4_001, sharing(), uses)).toEqual({
      sellerMinor: 800,
      networkMinor: 400,
      places: [
        { structureId: 'annot', minor: 1_401 },
        { structureId: 'gap', minor: 1_400 },
      ],
    });
    expect(sharePass(3_000, sharing({ by: 'visits' }), uses).places).toEqual([
      { structureId: 'annot', minor: 700 },
      { structureId: 'gap', minor: 1_400 },
    ]);
  });

  test('unused, the rest goes where the network has said', () => {
    expect(sharePass(4_000, sharing(), [])).toEqual({ sellerMinor: 3_600, networkMinor: 400, places: [] });
    expect(sharePass(4_000, sharing({ unused: 'network' }), [{ structureId: 'gap', minutes: 0 }])).toEqual({
      sellerMinor: 800,
      networkMinor: 3_200,
      places: [],
    });
  });

  test('parts of more than the whole are a fault', () => {
    expect(() => sharePass(100, sharing({ sellerBp: 9_001 }), [])).toThrow(RangeError);
    expect(() => sharePass(100, sharing({ sellerBp: -1 }), [])).toThrow(RangeError);
    expect(() => sharePass(100, sharing({ networkBp: -1 }), [])).toThrow(RangeError);
  });

  test('two halves of a cent are one cent: the seller’s', () => {
    const halves = sharing({ sellerBp: 5_000, networkBp: 5_000 });
    expect(sharePass(1, halves, [])).toEqual({ sellerMinor: 1, networkMinor: 0, places: [] });
  });

  test('for any price, parts and uses: the shares are the price, none is below zero, and who was used more gets no less', () => {
    const uses = fc.array(
      fc.record({ structureId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), minutes: fc.nat({ max: 900 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000 }),
        fc.nat({ max: 5_000 }),
        fc.nat({ max: 5_000 }),
        fc.constantFrom('minutes' as const, 'visits' as const),
        uses,
        (price, sellerBp, networkBp, by, some) => {
          const { sellerMinor, networkMinor, places } = sharePass(price, sharing({ sellerBp, networkBp, by }), some);
          expect(sellerMinor + networkMinor + sumMinor(places.map(({ minor }) => minor))).toBe(price);
          expect([sellerMinor, networkMinor, ...places.map(({ minor }) => minor)].every((minor) => minor >= 0)).toBe(
            true,
          );
          const weightOf = (id: string) =>
            sumMinor(
              some.flatMap(({ structureId, minutes }) => (structureId === id ? [by === 'visits' ? 1 : minutes] : [])),
            );
          for (const a of places)
            for (const b of places)
              if (weightOf(a.structureId) > weightOf(b.structureId)) expect(a.minor).toBeGreaterThanOrEqual(b.minor);
        },
      ),
    );
  });
});
