import { type DatedFact, isInForce, type SaleVatKind } from '../pricing/vat.ts';
import type { Buyer, InvoiceDraft, InvoiceKind, LegalForm, Mention, Seller, VatRegime } from './types.ts';
import { EXEMPTIONS } from './vat-totals.ts';

/** When a mention is on a document: all that it names must hold. Absent: whatever. */
export interface MentionWhen {
  readonly sellers?: readonly LegalForm[];
  readonly buyers?: readonly Buyer['kind'][];
  readonly kinds?: readonly InvoiceKind[];
  readonly natures?: readonly ('service' | 'goods' | 'mixed')[];
  readonly isVatOnDebits?: boolean;
  readonly hasRegistration?: boolean;
}

/** The French sentence, as the law or its usage has it; `{…}` is filled in. French documents carry French mentions. */
export interface MentionRule extends DatedFact {
  readonly code: string;
  readonly when: MentionWhen;
  readonly text: string;
  /** UNTDID 4451 subject of the note in the XML, where the French rules ask for one (XP Z12-012, BR-FR-05). */
  readonly subject: 'REG' | 'ABL' | 'PMD' | 'PMT' | 'AAB' | null;
}

const PROFESSIONAL: readonly Buyer['kind'][] = ['business', 'association'];

/** CGI ann. II, 242 nonies A; Code de commerce, L441-9, L441-10, D441-5; décret 2022-1299 (the four mentions of the reform). */
export const FRENCH_MENTIONS: readonly MentionRule[] = [
  {
    code: 'legal_form',
    when: {},
    text: '{name}, {legalForm}',
    subject: 'REG',
    from: '2014-01-01',
    until: null,
    source: 'Code de commerce, art. R123-237, R123-238',
    checkedOn: null,
  },
  {
    code: 'registration',
    when: { hasRegistration: true },
    text: '{registration}',
    subject: 'ABL',
    from: '2014-01-01',
    until: null,
    source: 'Code de commerce, art. R123-237',
    checkedOn: null,
  },
  {
    code: 'nature_services',
    when: { natures: ['service'] },
    text: 'Nature de l’opération : prestation de services',
    subject: null,
    from: '2026-09-01',
    until: null,
    source: 'CGI ann. II, art. 242 nonies A, décret 2022-1299',
    checkedOn: '2026-11-24',
  },
  {
    code: 'nature_goods',
    when: { natures: ['goods'] },
    text: 'Nature de l’opération : livraison de biens',
    subject: null,
    from: '2026-09-01',
    until: null,
    source: 'CGI ann. II, art. 242 nonies A, décret 2022-1299',
    checkedOn: '2026-11-24',
  },
  {
    code: 'nature_mixed',
    when: { natures: ['mixed'] },
    text: 'Nature de l’opération : livraison de biens et prestation de services',
    subject: null,
    from: '2026-09-01',
    until: null,
    source: 'CGI ann. II, art. 242 nonies A, décret 2022-1299',
    checkedOn: '2026-11-24',
  },
  {
    code: 'vat_on_debits',
    when: { isVatOnDebits: true },
    text: 'Option pour le paiement de la taxe d’après les débits',
    subject: null,
    from: '2026-09-01',
    until: null,
    source: 'CGI ann. II, art. 242 nonies A, décret 2022-1299',
    checkedOn: '2026-11-24',
  },
  {
    code: 'late_penalties',
    when: { buyers: PROFESSIONAL, kinds: ['invoice', 'advance_invoice'] },
    text: 'En cas de retard de paiement, pénalités au taux annuel de trois fois le taux de l’intérêt légal, exigibles dès le jour suivant l’échéance (art. L441-10 du Code de commerce)',
    subject: 'PMD',
    from: '2013-01-01',
    until: null,
    source: 'Code de commerce, art. L441-9, L441-10',
    checkedOn: '2026-11-24',
  },
  {
    code: 'recovery_indemnity',
    when: { buyers: PROFESSIONAL, kinds: ['invoice', 'advance_invoice'] },
    text: 'Indemnité forfaitaire pour frais de recouvrement : 40 € (art. D441-5 du Code de commerce)',
    subject: 'PMT',
    from: '2013-01-01',
    until: null,
    source: 'Code de commerce, art. L441-10, D441-5',
    checkedOn: '2026-11-24',
  },
  {
    code: 'no_discount',
    when: { buyers: PROFESSIONAL, kinds: ['invoice', 'advance_invoice'] },
    text: 'Pas d’escompte pour paiement anticipé',
    subject: 'AAB',
    from: '2013-01-01',
    until: null,
    source: 'Code de commerce, art. L441-9',
    checkedOn: '2026-11-24',
  },
  {
    code: 'public_buyer_interest',
    when: { buyers: ['public_body'], kinds: ['invoice', 'advance_invoice'] },
    text: 'En cas de retard de paiement, intérêts moratoires et indemnité forfaitaire de 40 € (art. L2192-12 à L2192-14 et D2192-35 du Code de la commande publique)',
    subject: 'PMD',
    from: '2019-04-01',
    until: null,
    source: 'Code de la commande publique, art. L2192-12 s., D2192-35',
    checkedOn: null,
  },
];

/** What a document of these parties and lines must say, in the order of the list; then the reasons of its exemptions. */
export function mentionsFor(
  draft: Pick<InvoiceDraft, 'kind' | 'seller' | 'buyer' | 'issuedOn' | 'lines'>,
  rules: readonly MentionRule[] = FRENCH_MENTIONS,
): Mention[] {
  const { seller, buyer, kind, issuedOn } = draft;
  const natures = new Set(draft.lines.map(({ nature }) => nature));
  const nature = natures.size > 1 ? 'mixed' : natures.has('goods') ? 'goods' : 'service';
  const mentions = rules
    .filter(
      ({ when, ...fact }) =>
        isInForce(fact, issuedOn) &&
        (when.sellers?.includes(seller.legalForm) ?? true) &&
        (when.buyers?.includes(buyer.kind) ?? true) &&
        (when.kinds?.includes(kind) ?? true) &&
        (when.natures?.includes(nature) ?? true) &&
        (when.isVatOnDebits === undefined || when.isVatOnDebits === seller.isVatOnDebits) &&
        (when.hasRegistration === undefined || when.hasRegistration === (seller.registration !== null)),
    )
    .map(({ code, text }) => ({ code, text: fill(text, seller) }));
  const exemptions = [...new Set(draft.lines.map(({ vatKind }) => vatKind))].flatMap((vatKind): Mention[] => {
    const { reason } = EXEMPTIONS[vatKind];
    return reason === null ? [] : [{ code: `vat_${vatKind}`, text: reason }];
  });
  return [...mentions, ...exemptions];
}

function fill(text: string, seller: Seller): string {
  return text
    .replace('{name}', seller.name)
    .replace('{legalForm}', seller.legalFormText)
    .replace('{registration}', seller.registration ?? '');
}

/** Which treatments a structure of a regime may give its products. It still chooses: nothing is deduced. */
export const REGIME_VAT_KINDS: Readonly<Record<VatRegime, readonly SaleVatKind[]>> = {
  taxable: ['standard_20', 'reduced_10', 'reduced_5_5', 'super_reduced_2_1', 'out_of_scope'],
  franchise_293b: ['exempt_293b', 'out_of_scope'],
  non_profit: ['exempt_261_7_1a', 'exempt_261_7_1b', 'out_of_scope'],
  mixed: [
    'standard_20',
    'reduced_10',
    'reduced_5_5',
    'super_reduced_2_1',
    'exempt_261_7_1a',
    'exempt_261_7_1b',
    'out_of_scope',
  ],
  outside: ['out_of_scope'],
};

/** The 261-7-1° exemptions are for non-profit bodies: a company has none of them. */
export function mayUseVatKind(seller: Pick<Seller, 'legalForm' | 'regime'>, kind: SaleVatKind): boolean {
  const isNonProfitOnly = kind === 'exempt_261_7_1a' || kind === 'exempt_261_7_1b';
  return REGIME_VAT_KINDS[seller.regime].includes(kind) && !(isNonProfitOnly && seller.legalForm === 'company');
}

/** The subject of a mention's note in the XML; null for what the paper says only, or another field of the XML says. */
export function subjectOfMention(
  code: string,
  rules: readonly MentionRule[] = FRENCH_MENTIONS,
): MentionRule['subject'] {
  return rules.find((rule) => rule.code === code)?.subject ?? null;
}
