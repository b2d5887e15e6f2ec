import type { DraftLine } from '../billing/types.ts';
import { mulDiv, sumMinor } from '../money/money.ts';
import type { SaleVatKind } from '../pricing/vat.ts';
import type { CrossUse, ReciprocityAgreement, SettledUse, SettlementStatement } from './types.ts';

/** The agreement that holds for a use on its day: one that names its kind of resource before one for every kind. */
export function agreementFor(
  agreements: readonly ReciprocityAgreement[],
  use: Pick<CrossUse, 'homeStructureId' | 'hostStructureId' | 'resourceKind' | 'usedOn'>,
): ReciprocityAgreement | null {
  const holding = agreements.filter(
    (each) =>
      each.homeStructureId === use.homeStructureId &&
      each.hostStructureId === use.hostStructureId &&
      each.validFrom <= use.usedOn &&
      (each.validUntil === null || use.usedOn < each.validUntil) &&
      (each.resourceKinds === null || each.resourceKinds.includes(use.resourceKind)),
  );
  return holding.find(({ resourceKinds }) => resourceKinds !== null) ?? holding[0] ?? null;
}

/**
 * What the uses of one month cost, in the order of their days and ids. The free minutes of an agreement go to the first
 * uses; of a use that is free in part, the rest costs its part. Each use is rounded half up for itself, so that a
 * statement is the sum of what stands on it.
 */
export function priceUses(agreements: readonly ReciprocityAgreement[], uses: readonly CrossUse[]): SettledUse[] {
  const left = new Map<string, number>();
  return [...uses].sort(byDay).map((use) => {
    const agreement = agreementFor(agreements, use);
    if (agreement === null) return { use, agreementId: null, freeMinutes: 0, minor: 0 };
    const free = left.get(agreement.id) ?? agreement.freeMinutesPerMonth;
    const freeMinutes = Math.min(free, use.minutes);
    left.set(agreement.id, free - freeMinutes);
    return { use, agreementId: agreement.id, freeMinutes, minor: priceOf(agreement, use, use.minutes - freeMinutes) };
  });
}

function byDay(a: CrossUse, b: CrossUse): number {
  if (a.usedOn !== b.usedOn) return a.usedOn < b.usedOn ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function priceOf({ price }: ReciprocityAgreement, use: CrossUse, minutes: number): number {
  if (minutes === 0) return 0;
  switch (price.kind) {
    case 'free':
      return 0;
    case 'per_hour':
      return mulDiv(price.hourMinor, minutes, 60);
    case 'per_visit':
      return price.minor;
    case 'share_of_price':
      return mulDiv(mulDiv(use.publicPriceMinor, price.basisPoints, 10_000), minutes, use.minutes);
  }
}

/**
 * The statements of a month, one for each pair of structures that used each other's places, by their ids. Uses of other
 * months are left out, so that a statement made again is the same.
 */
export function monthlyStatements(
  month: string,
  agreements: readonly ReciprocityAgreement[],
  uses: readonly CrossUse[],
  currency: string,
): SettlementStatement[] {
  const of = uses.filter(
    ({ usedOn, homeStructureId, hostStructureId }) =>
      usedOn.startsWith(`${month}-`) && homeStructureId !== hostStructureId,
  );
  const inCurrency = agreements.filter((agreement) => agreement.currency === currency);
  const pairs = Map.groupBy(priceUses(inCurrency, of), ({ use }) =>
    [use.homeStructureId, use.hostStructureId].sort().join(' '),
  );
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, settled]) => {
      const [firstStructureId, secondStructureId] = key.split(' ') as [string, string];
      const owedByFirst = settled.filter(({ use }) => use.homeStructureId === firstStructureId);
      const owedBySecond = settled.filter(({ use }) => use.homeStructureId === secondStructureId);
      const owedByFirstMinor = sumMinor(owedByFirst.map(({ minor }) => minor));
      const owedBySecondMinor = sumMinor(owedBySecond.map(({ minor }) => minor));
      return {
        month,
        firstStructureId,
        secondStructureId,
        currency,
        owedByFirst,
        owedBySecond,
        owedByFirstMinor,
        owedBySecondMinor,
        netMinor: owedByFirstMinor - owedBySecondMinor,
      };
    });
}

/**
 * What each structure pays into the network (above zero) or is paid out of it, over all its pairs, by id: for networks
 * that settle once with everybody. The positions add up to nothing.
 */
export function netPositions(
  statements: readonly SettlementStatement[],
): { readonly structureId: string; readonly payMinor: number }[] {
  const positions = new Map<string, number>();
  const add = (id: string, minor: number) => positions.set(id, (positions.get(id) ?? 0) + minor);
  for (const { firstStructureId, secondStructureId, netMinor } of statements) {
    add(firstStructureId, netMinor);
    add(secondStructureId, -netMinor);
  }
  return [...positions]
    .map(([structureId, payMinor]) => ({ structureId, payMinor: payMinor + 0 }))
    .sort((a, b) => (a.structureId < b.structureId ? -1 : 1));
}

/**
 * The lines of the invoice that a host may make out for a statement: one for each kind of resource, without VAT in the
 * price. The host chooses the treatment of VAT. Uses that cost nothing are not on it.
 */
export function statementLines(
  statement: SettlementStatement,
  hostStructureId: string,
  vatKind: SaleVatKind,
  nameOf: (resourceKind: string) => string,
): DraftLine[] {
  const settled = [...statement.owedByFirst, ...statement.owedBySecond].filter(
    ({ use, minor }) => use.hostStructureId === hostStructureId && minor > 0,
  );
  return [...Map.groupBy(settled, ({ use }) => use.resourceKind)].map(([kind, of]) => ({
    name: nameOf(kind),
    description: statement.month,
    quantityHundredths: Math.max(
      1,
      mulDiv(sumMinor(of.map(({ use, freeMinutes }) => use.minutes - freeMinutes)), 100, 60),
    ),
    unitCode: 'HUR',
    totalMinor: sumMinor(of.map(({ minor }) => minor)),
    vatKind,
    nature: 'service',
    period: null,
  }));
}
