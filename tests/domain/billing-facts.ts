import { createHash } from 'node:crypto';
import {
  type Address,
  addDays,
  type Buyer,
  frenchVatIdOf,
  type Invoice,
  type InvoiceDraft,
  issueInvoice,
  type SaleVatKind,
  type Seller,
  type Sha256,
  type VatRegime,
} from '@mitoyen/domain';
import fc from 'fast-check';

export const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** SIRENs and SIRETs with right check digits, of nobody in particular. */
export const SIREN = { company: '732829320', association: '443061841', commune: '210400065', buyer: '552100554' };
export const siretOf = (siren: string) => {
  for (let digit = 0; digit < 10; digit++) {
    const siret = `${siren}0001${digit}`;
    const sum = [...siret].reverse().reduce((total, sign, index) => {
      const value = Number(sign) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    if (sum % 10 === 0) return siret;
  }
  throw new Error(siren);
};

export const ADDRESS: Address = { lines: ['2 place du Marché'], postalCode: '04240', city: 'Annot', country: 'FR' };

export const seller = (more: Partial<Seller> = {}): Seller => ({
  name: 'SCIC Le Mitoyen',
  siren: SIREN.company,
  siret: siretOf(SIREN.company),
  vatId: frenchVatIdOf(SIREN.company),
  address: ADDRESS,
  electronicAddress: { scheme: '0225', id: SIREN.company },
  email: 'compta@example.org',
  legalForm: 'company',
  regime: 'taxable',
  legalFormText: 'SCIC SARL au capital de 12 000 €',
  registration: 'RCS Digne-les-Bains 732 829 320',
  isVatOnDebits: false,
  iban: 'FR7630006000011234567890189',
  bic: null,
  ...more,
});

export const association = (regime: VatRegime = 'non_profit'): Seller =>
  seller({
    name: 'Association Tiers-lieu',
    siren: SIREN.association,
    siret: siretOf(SIREN.association),
    vatId: null,
    electronicAddress: null,
    legalForm: 'association',
    regime,
    legalFormText: 'association loi 1901',
    registration: 'RNA W041234567',
  });

export const buyer = (more: Partial<Buyer> = {}): Buyer => ({
  name: 'Atelier Durand',
  siren: SIREN.buyer,
  siret: siretOf(SIREN.buyer),
  vatId: frenchVatIdOf(SIREN.buyer),
  address: { lines: ['Les Granges', 'Chemin du Var'], postalCode: '05000', city: 'Gap', country: 'FR' },
  electronicAddress: { scheme: '0225', id: SIREN.buyer },
  email: null,
  kind: 'business',
  ...more,
});

export const person = (): Buyer =>
  buyer({ name: 'Léa Martin', siren: null, siret: null, vatId: null, electronicAddress: null, kind: 'person' });

export const line = (more: Partial<InvoiceDraft['lines'][number]> = {}): InvoiceDraft['lines'][number] => ({
  name: 'Bureau partagé',
  description: null,
  quantityHundredths: 300,
  unitCode: 'HUR',
  totalMinor: 1_200,
  vatKind: 'standard_20',
  nature: 'service',
  period: null,
  ...more,
});

export const draft = (more: Partial<InvoiceDraft> = {}): InvoiceDraft => ({
  kind: 'invoice',
  seller: seller(),
  buyer: buyer(),
  issuedOn: '2027-03-15',
  suppliedOn: '2027-03-15',
  period: null,
  dueOn: '2027-04-14',
  currency: 'EUR',
  pricesIncludeVat: true,
  lines: [line()],
  allowances: [],
  paidMinor: 0,
  preceding: [],
  purchaseOrder: null,
  contract: null,
  buyerReference: null,
  deliveryAddress: null,
  note: null,
  ...more,
});

export function issued(from: InvoiceDraft, number = 'ANN-F-2027-000001'): Invoice {
  const answer = issueInvoice(from, number);
  if (!answer.ok) throw new Error(`${answer.reason} ${JSON.stringify(answer.detail)}`);
  return answer.value;
}

/** Sellers of every regime, with the treatments of VAT that may stand on one document of theirs. */
const SELLERS: readonly (readonly [Seller, readonly SaleVatKind[]])[] = [
  [seller(), ['standard_20', 'reduced_10', 'reduced_5_5']],
  [seller({ isVatOnDebits: true, bic: 'AGRIFRPP' }), ['standard_20']],
  [seller(), ['out_of_scope']],
  [seller({ regime: 'franchise_293b', vatId: null }), ['exempt_293b']],
  [association(), ['exempt_261_7_1a']],
  [association(), ['exempt_261_7_1b']],
  [association('franchise_293b'), ['exempt_293b']],
  [{ ...association('mixed'), vatId: frenchVatIdOf(SIREN.association) }, ['standard_20', 'exempt_261_7_1a']],
  [{ ...association(), siren: null, siret: null }, ['exempt_261_7_1a']],
  [
    seller({
      legalForm: 'public_body',
      regime: 'taxable',
      legalFormText: 'commune',
      registration: null,
      siren: SIREN.commune,
      siret: siretOf(SIREN.commune),
      vatId: frenchVatIdOf(SIREN.commune),
    }),
    ['standard_20'],
  ],
];

const label = fc.oneof(
  fc.constantFrom('Salle <A> & "B"', "L'heure", 'Vidéo ]]> 100 %', 'Café\nà midi', 'Œuvre 🪴'),
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => /[\p{L}\p{N}]/u.test(text)),
);
const day = fc.nat({ max: 700 }).map((days) => addDays('2026-01-01', days));

/** Any document that a structure of any regime may issue. */
export const anyDraft: fc.Arbitrary<InvoiceDraft> = fc
  .record({
    of: fc.constantFrom(...SELLERS),
    buyer: fc.constantFrom(
      buyer(),
      person(),
      buyer({ kind: 'public_body', name: 'Commune de Gap' }),
      buyer({ kind: 'association' }),
    ),
    kind: fc.constantFrom('invoice' as const, 'credit_note' as const, 'advance_invoice' as const),
    issuedOn: day,
    dueIn: fc.nat({ max: 60 }),
    hasPeriod: fc.boolean(),
    pricesIncludeVat: fc.boolean(),
    lines: fc.array(
      fc.record({
        name: label,
        totalMinor: fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 5_000_000 })),
        quantityHundredths: fc.integer({ min: 1, max: 50_000 }),
        which: fc.nat(),
        nature: fc.constantFrom('service' as const, 'goods' as const),
        unitCode: fc.constantFrom('HUR' as const, 'DAY' as const, 'MON' as const, 'C62' as const),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    allowances: fc.array(
      fc.record({
        kind: fc.constantFrom('allowance' as const, 'charge' as const),
        reason: label,
        share: fc.integer({ min: 0, max: 100 }),
        which: fc.nat(),
      }),
      { maxLength: 3 },
    ),
    paidShare: fc.integer({ min: 0, max: 100 }),
    note: fc.option(label, { nil: null }),
    buyerReference: fc.option(label, { nil: null }),
  })
  .map(({ of: [who, kinds], ...facts }): InvoiceDraft => {
    const kindOf = (which: number) => kinds[which % kinds.length] as SaleVatKind;
    const lines = facts.lines.map(({ which, ...each }) => line({ ...each, vatKind: kindOf(which) }));
    // Reductions stay within what their treatment is sold for.
    let left = new Map(
      kinds.map((kind) => [
        kind,
        lines.reduce((sum, each) => (each.vatKind === kind ? sum + each.totalMinor : sum), 0),
      ]),
    );
    const allowances = facts.allowances.map(({ which, share, ...each }) => {
      const vatKind = kindOf(which);
      const totalMinor = Math.floor(((left.get(vatKind) as number) * share) / 100);
      if (each.kind === 'allowance') left = new Map(left).set(vatKind, (left.get(vatKind) as number) - totalMinor);
      return { ...each, vatKind, totalMinor };
    });
    const open = [...left.values()].reduce((sum, minor) => sum + minor, 0);
    return draft({
      ...facts,
      seller: who,
      lines,
      allowances,
      dueOn: addDays(facts.issuedOn, facts.dueIn),
      suppliedOn: facts.hasPeriod ? null : facts.issuedOn,
      period: facts.hasPeriod ? { firstOn: addDays(facts.issuedOn, -30), lastOn: facts.issuedOn } : null,
      paidMinor: facts.kind === 'invoice' ? Math.floor((open * facts.paidShare) / 100) : 0,
      preceding: facts.kind === 'credit_note' ? [{ number: 'ANN-F-2026-000001', issuedOn: facts.issuedOn }] : [],
    });
  });
