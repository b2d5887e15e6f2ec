import { isSiret } from '../billing/identifiers.ts';
import type { ElectronicAddress, Invoice, Seller } from '../billing/types.ts';
import { type DatedFact, isInForce } from '../pricing/vat.ts';
import type { LocalDate, Outcome } from '../time/types.ts';

export type CompanySize = 'large' | 'mid' | 'small' | 'micro';

export interface ReformStep extends DatedFact {
  readonly duty: 'receive' | 'issue_and_report';
  readonly sizes: readonly CompanySize[];
}

/** The French reform: from when whom VAT concerns must receive, and must issue and report. */
export const REFORM_STEPS: readonly ReformStep[] = [
  {
    duty: 'receive',
    sizes: ['large', 'mid', 'small', 'micro'],
    from: '2026-09-01',
    until: null,
    source: 'CGI art. 289 bis, loi 2023-1322 art. 91',
    checkedOn: '2026-11-24',
  },
  {
    duty: 'issue_and_report',
    sizes: ['large', 'mid'],
    from: '2026-09-01',
    until: null,
    source: 'CGI art. 289 bis, 290, loi 2023-1322 art. 91',
    checkedOn: '2026-11-24',
  },
  {
    duty: 'issue_and_report',
    sizes: ['small', 'micro'],
    from: '2027-09-01',
    until: null,
    source: 'CGI art. 289 bis, 290, loi 2023-1322 art. 91',
    checkedOn: '2026-11-24',
  },
];

/** Whether a structure that VAT concerns has the duty on a day. Whether VAT concerns it is what its treasurer has declared. */
export function isDutyInForce(
  duty: ReformStep['duty'],
  size: CompanySize,
  date: LocalDate,
  steps: readonly ReformStep[] = REFORM_STEPS,
): boolean {
  return steps.some((step) => step.duty === duty && step.sizes.includes(size) && isInForce(step, date));
}

/**
 * The way of a document: through an approved platform to another body; to a public body by Chorus Pro; to its reader
 * alone and into the daily totals; to its reader alone, and nowhere else.
 */
export type InvoiceRoute =
  | { readonly channel: 'platform'; readonly to: ElectronicAddress }
  | {
      readonly channel: 'chorus_pro';
      readonly siret: string;
      readonly service: string | null;
      readonly commitment: string | null;
    }
  | { readonly channel: 'report'; readonly reason: 'private_person' | 'abroad' | 'not_taxable' }
  | { readonly channel: 'none'; readonly reason: 'seller_not_concerned' | 'exempt_operation' };

export type RoutingRefusal = 'buyer_siren_missing' | 'buyer_siret_missing';

/**
 * Where an issued document goes. What is exempt by 261 to 261 E is outside the reform, as is a seller that VAT does not
 * concern (a setting). A body in France without an electronic address is reached at its SIREN (scheme 0225, the French
 * directory). Associations are reached when they have a VAT number or an address in the directory; otherwise they count
 * as private persons do. Public bodies, whatever the exemption: their accountant pays by Chorus Pro.
 *
 * Refusals: `buyer_siren_missing`, `buyer_siret_missing`: without it no platform can deliver.
 */
export function routeOf(
  invoice: Pick<Invoice, 'seller' | 'buyer' | 'lines' | 'buyerReference' | 'purchaseOrder'>,
): Outcome<InvoiceRoute, RoutingRefusal> {
  const { seller, buyer } = invoice;
  const routed = (value: InvoiceRoute) => ({ ok: true, value }) as const;
  if (buyer.kind === 'public_body') {
    if (buyer.siret === null || !isSiret(buyer.siret)) return { ok: false, reason: 'buyer_siret_missing' };
    return routed({
      channel: 'chorus_pro',
      siret: buyer.siret,
      service: invoice.buyerReference,
      commitment: invoice.purchaseOrder,
    });
  }
  if (!isConcerned(seller)) return routed({ channel: 'none', reason: 'seller_not_concerned' });
  if (invoice.lines.every(({ vatKind }) => vatKind === 'exempt_261_7_1a' || vatKind === 'exempt_261_7_1b')) {
    return routed({ channel: 'none', reason: 'exempt_operation' });
  }
  if (buyer.kind === 'person') return routed({ channel: 'report', reason: 'private_person' });
  if (buyer.address.country !== 'FR') return routed({ channel: 'report', reason: 'abroad' });
  if (buyer.kind === 'association' && buyer.electronicAddress === null && buyer.vatId === null) {
    return routed({ channel: 'report', reason: 'not_taxable' });
  }
  const to = buyer.electronicAddress ?? (buyer.siren === null ? null : { scheme: '0225', id: buyer.siren });
  return to === null ? { ok: false, reason: 'buyer_siren_missing' } : routed({ channel: 'platform', to });
}

function isConcerned({ regime }: Seller): boolean {
  return regime === 'taxable' || regime === 'franchise_293b' || regime === 'mixed';
}

/** What Chorus Pro says of a public body: whether it wants a service code, a commitment number, both. */
export interface ChorusEntry {
  readonly siret: string;
  readonly isServiceRequired: boolean;
  readonly isCommitmentRequired: boolean;
  readonly services: readonly string[];
}

export type ChorusProblem = 'other_siret' | 'service_missing' | 'service_unknown' | 'commitment_missing';

/** What would make Chorus Pro refuse a document, before it is sent. */
export function checkChorus(
  route: Extract<InvoiceRoute, { channel: 'chorus_pro' }>,
  entry: ChorusEntry,
): ChorusProblem[] {
  const problems: ChorusProblem[] = [];
  if (route.siret !== entry.siret) problems.push('other_siret');
  if (entry.isServiceRequired && route.service === null) problems.push('service_missing');
  if (route.service !== null && !entry.services.includes(route.service)) problems.push('service_unknown');
  if (entry.isCommitmentRequired && route.commitment === null) problems.push('commitment_missing');
  return problems;
}

/** Statuses that a platform sends of a document (life cycle of the reform): code, and whether it is the end. */
export const PLATFORM_STATUSES = {
  200: { name: 'submitted', isFinal: false },
  201: { name: 'issued', isFinal: false },
  202: { name: 'received', isFinal: false },
  203: { name: 'made_available', isFinal: false },
  204: { name: 'taken_over', isFinal: false },
  205: { name: 'approved', isFinal: false },
  206: { name: 'approved_in_part', isFinal: false },
  207: { name: 'disputed', isFinal: false },
  208: { name: 'suspended', isFinal: false },
  209: { name: 'completed', isFinal: false },
  210: { name: 'refused', isFinal: true },
  211: { name: 'payment_sent', isFinal: false },
  212: { name: 'paid', isFinal: true },
  213: { name: 'rejected', isFinal: true },
} as const satisfies Record<number, { readonly name: string; readonly isFinal: boolean }>;

export type PlatformStatusCode = keyof typeof PLATFORM_STATUSES;

export interface PlatformEvent {
  readonly id: string;
  readonly code: PlatformStatusCode;
  readonly at: number;
}

/**
 * Where a document stands after what a platform has told, in whatever order and however often: the latest by the
 * platform's own time, but nothing comes after an end. At one instant the higher code. Null: nothing was told.
 */
export function platformStatus(events: readonly PlatformEvent[]): PlatformEvent | null {
  const ordered = [...events].sort((a, b) => a.at - b.at || a.code - b.code || (a.id < b.id ? -1 : 1));
  return ordered.find(({ code }) => PLATFORM_STATUSES[code].isFinal) ?? ordered.at(-1) ?? null;
}
