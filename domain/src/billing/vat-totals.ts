import { allocateMinor, mulDiv, sumMinor } from '../money/money.ts';
import { vatContained } from '../pricing/quote.ts';
import { type SaleVatKind, vatRateOn } from '../pricing/vat.ts';
import type { LocalDate, Outcome } from '../time/types.ts';
import type {
  DraftAllowance,
  DraftLine,
  InvoiceAllowance,
  InvoiceLine,
  InvoiceTotals,
  VatBreakdown,
  VatCategory,
} from './types.ts';

/** How a treatment is written in EN 16931, with the sentence that French law wants on paper. */
export interface Exemption {
  readonly category: VatCategory;
  /** CEF code list VATEX; null for taxed sales. */
  readonly code: string | null;
  readonly reason: string | null;
}

/** VATEX of the CEF lists; sentences: CGI 293 E, ann. II 242 nonies A, I-12°. */
export const EXEMPTIONS: Readonly<Record<SaleVatKind, Exemption>> = {
  standard_20: { category: 'S', code: null, reason: null },
  reduced_10: { category: 'S', code: null, reason: null },
  reduced_5_5: { category: 'S', code: null, reason: null },
  super_reduced_2_1: { category: 'S', code: null, reason: null },
  exempt_293b: { category: 'E', code: 'VATEX-FR-FRANCHISE', reason: 'TVA non applicable, art. 293 B du CGI' },
  exempt_261_7_1a: { category: 'E', code: 'VATEX-FR-CGI261-7', reason: 'Exonération de TVA, art. 261-7-1° a du CGI' },
  exempt_261_7_1b: { category: 'E', code: 'VATEX-FR-CGI261-7', reason: 'Exonération de TVA, art. 261-7-1° b du CGI' },
  out_of_scope: { category: 'O', code: 'VATEX-EU-O', reason: 'Opération hors du champ d’application de la TVA' },
};

/**
 * A total with VAT taken apart so that EN 16931 holds to the letter: VAT is the net amount times the rate, rounded half
 * up (BR-CO-17), and net, VAT and rounding make the total. Some totals, one in six at 20 %, are no sum of a net amount
 * and its VAT (4.05 is not): there a cent of rounding (BT-114) stands beside them. VAT is the same as `vatContained`.
 */
export function splitInclusive(
  totalMinor: number,
  rateBp: number,
): { readonly netMinor: number; readonly vatMinor: number; readonly roundingMinor: number } {
  const vatMinor = vatContained(totalMinor, rateBp);
  const exact = totalMinor - vatMinor;
  const netMinor = [exact, exact - 1, exact + 1].find((net) => mulDiv(net, rateBp, 10_000) === vatMinor) as number;
  return { netMinor, vatMinor, roundingMinor: totalMinor - netMinor - vatMinor };
}

export type TotalsRefusal =
  | 'no_lines'
  | 'not_an_amount'
  | 'vat_not_in_force'
  | 'out_of_scope_beside_taxed'
  | 'two_exemptions'
  | 'below_zero';

export interface ComputedTotals {
  readonly lines: readonly InvoiceLine[];
  readonly allowances: readonly InvoiceAllowance[];
  readonly vat: readonly VatBreakdown[];
  readonly totals: InvoiceTotals;
}

/**
 * Nets, VAT by rate and totals of a document (EN 16931, BR-CO-10 to -17).
 *
 * VAT is computed once for each rate, on the sum. Of prices that include it, the sum of each rate is taken apart
 * (`splitInclusive`) and its net amount cut over the lines and allowances by their own, so that what was announced is
 * what is due to the cent. Of prices without VAT the lines are their own nets.
 *
 * Refusals: `no_lines`; `not_an_amount`; `vat_not_in_force` on that day; `out_of_scope_beside_taxed` (BR-O-11: a document
 * that is not subject to VAT holds nothing else; make two); `two_exemptions` (BR-E-01: one reason to a document, make
 * two); `below_zero` (reductions of a rate exceed its lines).
 */
export function computeTotals(draft: {
  readonly lines: readonly DraftLine[];
  readonly allowances: readonly DraftAllowance[];
  readonly pricesIncludeVat: boolean;
  readonly paidMinor: number;
  readonly suppliedOn: LocalDate;
}): Outcome<ComputedTotals, TotalsRefusal> {
  const { lines, allowances, pricesIncludeVat, paidMinor } = draft;
  if (lines.length === 0) return { ok: false, reason: 'no_lines' };
  const amounts = [...lines, ...allowances].map(({ totalMinor }) => totalMinor);
  const quantities = lines.map(({ quantityHundredths }) => quantityHundredths);
  if (!amounts.every(isAmount) || !isAmount(paidMinor) || !quantities.every((each) => isAmount(each) && each > 0)) {
    return { ok: false, reason: 'not_an_amount' };
  }
  const kinds = [...new Set([...lines, ...allowances].map(({ vatKind }) => vatKind))];
  const rates = new Map<SaleVatKind, number>();
  for (const kind of kinds) {
    const rate = vatRateOn(kind, draft.suppliedOn);
    if (!rate.ok) return { ok: false, reason: 'vat_not_in_force' };
    rates.set(kind, rate.value.rateBp);
  }
  const categories = kinds.map((kind) => EXEMPTIONS[kind].category);
  if (categories.includes('O') && kinds.length > 1) return { ok: false, reason: 'out_of_scope_beside_taxed' };
  if (categories.filter((category) => category === 'E').length > 1) return { ok: false, reason: 'two_exemptions' };

  const vat: VatBreakdown[] = [];
  const lineNets = new Map<number, number>();
  const allowanceNets = new Map<number, number>();
  let roundingMinor = 0;
  for (const kind of kinds) {
    const rateBp = rates.get(kind) as number;
    const own = lines.flatMap((line, index) => (line.vatKind === kind ? [{ index, minor: line.totalMinor }] : []));
    const changes = allowances.flatMap(({ vatKind, totalMinor, kind: sign }, index) =>
      vatKind === kind ? [{ index, minor: totalMinor, sign: sign === 'charge' ? 1 : -1 }] : [],
    );
    const totalMinor = sumMinor([...own.map(({ minor }) => minor), ...changes.map(({ minor, sign }) => sign * minor)]);
    if (totalMinor < 0) return { ok: false, reason: 'below_zero' };
    const split = pricesIncludeVat
      ? splitInclusive(totalMinor, rateBp)
      : { netMinor: totalMinor, vatMinor: mulDiv(totalMinor, rateBp, 10_000), roundingMinor: 0 };
    roundingMinor += split.roundingMinor;
    const nets = pricesIncludeVat
      ? netsOf(own, changes, rateBp, split.netMinor)
      : { own: own.map(({ minor }) => minor), changes: changes.map(({ minor }) => minor) };
    for (const [at, { index }] of own.entries()) lineNets.set(index, nets.own[at] as number);
    for (const [at, { index }] of changes.entries()) allowanceNets.set(index, nets.changes[at] as number);
    const { category, code, reason } = EXEMPTIONS[kind];
    vat.push({
      vatKind: kind,
      category,
      rateBp,
      netMinor: split.netMinor,
      vatMinor: split.vatMinor,
      exemptionCode: code,
      exemptionReason: reason,
    });
  }

  const common = (vatKind: SaleVatKind) => ({
    category: EXEMPTIONS[vatKind].category,
    rateBp: rates.get(vatKind) as number,
  });
  const invoiceLines = lines.map((line, index) => ({
    ...line,
    position: index + 1,
    netMinor: lineNets.get(index) as number,
    ...common(line.vatKind),
  }));
  const invoiceAllowances = allowances.map((each, index) => ({
    ...each,
    netMinor: allowanceNets.get(index) as number,
    ...common(each.vatKind),
  }));
  const linesMinor = sumMinor(invoiceLines.map(({ netMinor }) => netMinor));
  const sumOf = (kind: DraftAllowance['kind']) =>
    sumMinor(invoiceAllowances.flatMap((each) => (each.kind === kind ? [each.netMinor] : [])));
  const allowancesMinor = sumOf('allowance');
  const chargesMinor = sumOf('charge');
  const netMinor = linesMinor - allowancesMinor + chargesMinor;
  const vatMinor = sumMinor(vat.map((each) => each.vatMinor));
  const grossMinor = netMinor + vatMinor;
  return {
    ok: true,
    value: {
      lines: invoiceLines,
      allowances: invoiceAllowances,
      vat,
      totals: {
        linesMinor,
        allowancesMinor,
        chargesMinor,
        netMinor,
        vatMinor,
        grossMinor,
        paidMinor,
        roundingMinor,
        dueMinor: grossMinor - paidMinor + roundingMinor,
      },
    },
  };
}

function isAmount(minor: number): boolean {
  return Number.isSafeInteger(minor) && minor >= 0;
}

interface Part {
  readonly minor: number;
}

/**
 * The net amount of a rate cut over what it was taken from. Each reduction is taken apart for itself; lines and supplements share
 * the rest by their prices, so that lines minus reductions plus supplements are the net amount and none is below zero.
 */
function netsOf(
  own: readonly Part[],
  changes: readonly (Part & { readonly sign: number })[],
  rateBp: number,
  netMinor: number,
): { readonly own: readonly number[]; readonly changes: readonly number[] } {
  const reductions = changes.map(({ minor, sign }) => (sign < 0 ? minor - vatContained(minor, rateBp) : 0));
  const weights = [...own.map(({ minor }) => minor), ...changes.map(({ minor, sign }) => (sign > 0 ? minor : 0))];
  const shares = allocateMinor(netMinor + sumMinor(reductions), weights);
  return {
    own: shares.slice(0, own.length),
    changes: changes.map(({ sign }, index) => (sign < 0 ? reductions[index] : shares[own.length + index]) as number),
  };
}
