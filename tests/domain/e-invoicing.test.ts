import {
  addDays,
  checkChorus,
  dailyPayments,
  dailyTotals,
  type Invoice,
  isDutyInForce,
  type JournalledRecord,
  PLATFORM_STATUSES,
  type PlatformEvent,
  type PlatformStatusCode,
  platformStatus,
  reportingPeriod,
  routeOf,
  sumMinor,
  type TillRecord,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ADDRESS,
  anyDraft,
  association,
  buyer,
  draft,
  issued,
  line,
  person,
  SIREN,
  seller,
  siretOf,
} from './billing-facts.ts';

describe('the duties of the reform', () => {
  test('all receive from September 2026, the small issue and report a year later', () => {
    const duty = (what: 'receive' | 'issue_and_report', size: 'large' | 'micro', date: string) =>
      isDutyInForce(what, size, date);
    expect([duty('receive', 'micro', '2026-08-31'), duty('receive', 'micro', '2026-09-01')]).toEqual([false, true]);
    expect([
      duty('issue_and_report', 'large', '2026-09-01'),
      duty('issue_and_report', 'micro', '2027-08-31'),
      duty('issue_and_report', 'micro', '2027-09-01'),
    ]).toEqual([true, false, true]);
  });
});

describe('the way of a document', () => {
  const route = (more: Parameters<typeof draft>[0]) => {
    const answer = routeOf(draft(more) as unknown as Invoice);
    return answer.ok ? answer.value : answer.reason;
  };

  test('to a business through its platform, at the address it has, or its SIREN', () => {
    expect(route({})).toEqual({ channel: 'platform', to: { scheme: '0225', id: SIREN.buyer } });
    expect(route({ buyer: buyer({ electronicAddress: { scheme: '0225', id: '552100554_ACHATS' } }) })).toMatchObject({
      to: { id: '552100554_ACHATS' },
    });
    expect(route({ buyer: buyer({ electronicAddress: null }) })).toEqual({
      channel: 'platform',
      to: { scheme: '0225', id: SIREN.buyer },
    });
    expect(route({ buyer: buyer({ electronicAddress: null, siren: null }) })).toBe('buyer_siren_missing');
  });

  test('to a public body by Chorus Pro with its SIRET, service and commitment', () => {
    const gap = buyer({ kind: 'public_body' });
    expect(route({ buyer: gap, buyerReference: 'SG', purchaseOrder: 'E42' })).toEqual({
      channel: 'chorus_pro',
      siret: siretOf(SIREN.buyer),
      service: 'SG',
      commitment: 'E42',
    });
    expect(route({ buyer: gap, seller: association(), lines: [line({ vatKind: 'exempt_261_7_1a' })] })).toMatchObject({
      channel: 'chorus_pro',
    });
    expect(route({ buyer: { ...gap, siret: '1' } })).toBe('buyer_siret_missing');
  });

  test('to a person, abroad, or to an association that VAT does not concern: reported', () => {
    expect(route({ buyer: person() })).toEqual({ channel: 'report', reason: 'private_person' });
    expect(route({ buyer: buyer({ address: { ...ADDRESS, country: 'IT' } }) })).toEqual({
      channel: 'report',
      reason: 'abroad',
    });
    expect(route({ buyer: buyer({ kind: 'association', vatId: null, electronicAddress: null }) })).toEqual({
      channel: 'report',
      reason: 'not_taxable',
    });
    expect(route({ buyer: buyer({ kind: 'association' }) })).toMatchObject({ channel: 'platform' });
    expect(route({ buyer: buyer({ kind: 'association', vatId: null }) })).toMatchObject({ channel: 'platform' });
    const taxable = buyer({ kind: 'association', electronicAddress: null });
    expect(route({ buyer: taxable })).toMatchObject({ channel: 'platform' });
  });

  test('nowhere: of a seller that VAT does not concern, of what is exempt by 261', () => {
    const exempt = [line({ vatKind: 'exempt_261_7_1a' })];
    expect(route({ seller: association(), lines: exempt })).toEqual({
      channel: 'none',
      reason: 'seller_not_concerned',
    });
    expect(route({ seller: association('mixed'), lines: exempt })).toEqual({
      channel: 'none',
      reason: 'exempt_operation',
    });
    expect(route({ seller: association('mixed'), lines: [...exempt, line()] })).toMatchObject({ channel: 'platform' });
    expect(route({ seller: association('franchise_293b'), lines: [line({ vatKind: 'exempt_293b' })] })).toMatchObject({
      channel: 'platform',
    });
  });

  test('what Chorus Pro would refuse is known before', () => {
    const to = { channel: 'chorus_pro', siret: siretOf(SIREN.buyer), service: null, commitment: null } as const;
    const entry = { siret: to.siret, isServiceRequired: true, isCommitmentRequired: true, services: ['SG'] };
    expect(checkChorus(to, entry)).toEqual(['service_missing', 'commitment_missing']);
    expect(checkChorus({ ...to, service: 'X', commitment: 'E' }, entry)).toEqual(['service_unknown']);
    expect(checkChorus({ ...to, service: 'SG', commitment: 'E' }, entry)).toEqual([]);
    expect(checkChorus(to, { ...entry, siret: '0', isServiceRequired: false, isCommitmentRequired: false })).toEqual([
      'other_siret',
    ]);
  });
});

describe('what a platform tells', () => {
  test('refused, rejected and paid are ends, nothing else is', () => {
    const ends = Object.values(PLATFORM_STATUSES).filter(({ isFinal }) => isFinal);
    expect(ends.map(({ name }) => name)).toEqual(['refused', 'paid', 'rejected']);
  });

  test('for any order and repetition of its messages: one status; after an end nothing', () => {
    const code = fc.constantFrom(...(Object.keys(PLATFORM_STATUSES).map(Number) as PlatformStatusCode[]));
    const events = fc
      .array(fc.record({ code, at: fc.nat({ max: 20 }) }), { minLength: 1, maxLength: 12 })
      .map((all) => all.map((each, index): PlatformEvent => ({ id: `e${index}`, ...each })));
    fc.assert(
      fc.property(events, fc.nat(), (all, by) => {
        const status = platformStatus(all) as PlatformEvent;
        const turned = [...all.slice(by % all.length), ...all.slice(0, by % all.length), ...all];
        expect(platformStatus(turned)).toEqual(status);
        const isEnd = ({ code: of }: PlatformEvent) => PLATFORM_STATUSES[of].isFinal;
        expect(isEnd(status)).toBe(all.some(isEnd));
        if (isEnd(status)) for (const each of all.filter(isEnd)) expect(each.at).toBeGreaterThanOrEqual(status.at);
        else expect(status.at).toBe(Math.max(...all.map(({ at }) => at)));
      }),
    );
    expect(platformStatus([])).toBeNull();
  });
});

describe('daily totals', () => {
  const receipt = (sequence: number, on: string, more: Partial<TillRecord> = {}): JournalledRecord => ({
    sequence,
    hash: 'x',
    record: {
      kind: 'takings',
      receiptNumber: `Q${sequence}`,
      at: 0,
      on,
      tillId: 't',
      invoiceNumber: null,
      corrects: null,
      currency: 'EUR',
      lines: [
        {
          label: 'Journée',
          quantityHundredths: 100,
          unitPriceMinor: 1_200,
          totalMinor: 1_200,
          vatKind: 'standard_20',
          rateBp: 2_000,
          nature: 'service',
        },
      ],
      payments: [{ mean: 'cash', amountMinor: 1_200 }],
      totalMinor: 1_200,
      ...more,
    },
  });

  test('by day, category and rate; what an invoice stands behind is counted once', () => {
    const café = {
      label: 'Café',
      quantityHundredths: 100,
      unitPriceMinor: 220,
      totalMinor: 220,
      vatKind: 'reduced_10' as const,
      rateBp: 1_000,
      nature: 'goods' as const,
    };
    const [day] = receipt(1, '2027-09-15').record.lines;
    const totals = dailyTotals(
      [
        receipt(1, '2027-09-15'),
        receipt(2, '2027-09-15', { lines: [day as NonNullable<typeof day>, café], totalMinor: 1_420 }),
        receipt(3, '2027-09-16'),
        receipt(4, '2027-09-16', { invoiceNumber: 'F1' }),
      ],
      [issued(draft({ buyer: person(), issuedOn: '2027-09-16', dueOn: '2027-09-16' }))],
    );
    expect(
      totals.map(({ on, category, rateBp, transactions, netMinor, vatMinor }) => [
        on,
        category,
        rateBp,
        transactions,
        netMinor,
        vatMinor,
      ]),
    ).toEqual([
      ['2027-09-15', 'TLB1', 1_000, 1, 200, 20],
      ['2027-09-15', 'TPS1', 2_000, 2, 2_000, 400],
      ['2027-09-16', 'TPS1', 2_000, 2, 2_000, 400],
    ]);
  });

  test('refunds and credit notes count below zero; 261 is left out, the franchise is in', () => {
    const of = (...all: Invoice[]) =>
      dailyTotals([], all).map(({ category, netMinor, vatMinor }) => [category, netMinor, vatMinor]);
    const note = issued(
      draft({ kind: 'credit_note', preceding: [{ number: 'x', issuedOn: '2027-03-01' }], buyer: person() }),
    );
    expect(of(note)).toEqual([['TPS1', -1_000, -200]]);
    expect(of(issued(draft({ seller: association(), lines: [line({ vatKind: 'exempt_261_7_1a' })] })))).toEqual([]);
    expect(
      of(issued(draft({ seller: association('franchise_293b'), lines: [line({ vatKind: 'exempt_293b' })] }))),
    ).toEqual([['TNT1', 1_200, 0]]);
    const back = receipt(1, '2027-09-15', {
      kind: 'refund',
      lines: [
        {
          label: 'x',
          quantityHundredths: -100,
          unitPriceMinor: 1_200,
          totalMinor: -1_200,
          vatKind: 'standard_20',
          rateBp: 2_000,
          nature: 'goods',
        },
      ],
      totalMinor: -1_200,
    });
    expect(dailyTotals([back], [])).toMatchObject([{ category: 'TLB1', netMinor: -1_000, vatMinor: -200 }]);
  });

  test('for any documents: the totals are the nets and the VAT of what is reported', () => {
    fc.assert(
      fc.property(fc.array(anyDraft, { maxLength: 8 }), (drafts) => {
        const invoices = drafts.map((from, index) => issued({ ...from, paidMinor: 0 }, `A-F-2027-00000${index}`));
        const totals = dailyTotals([], invoices);
        const reported = invoices.flatMap((each) =>
          each.vat
            .filter(({ exemptionCode }) => exemptionCode !== 'VATEX-FR-CGI261-7' && exemptionCode !== 'VATEX-EU-O')
            .map((vat) => ({ ...vat, sign: each.kind === 'credit_note' ? -1 : 1 })),
        );
        expect(sumMinor(totals.map(({ netMinor }) => netMinor))).toBe(
          sumMinor(reported.map(({ sign, netMinor }) => sign * netMinor)) + 0,
        );
        expect(sumMinor(totals.map(({ vatMinor }) => vatMinor))).toBe(
          sumMinor(reported.map(({ sign, vatMinor }) => sign * vatMinor)) + 0,
        );
        expect(
          new Set(totals.map(({ on, category, currency, rateBp }) => [on, category, currency, rateBp].join())).size,
        ).toBe(totals.length);
      }),
      { numRuns: 60 },
    );
  });

  test('payments of services, by day and rate; none with the option for debits, none of goods', () => {
    const invoice = issued(draft());
    const pay = (paidOn: string, amountMinor: number) => ({ invoiceNumber: invoice.number, paidOn, amountMinor });
    const moves = [pay('2027-09-15', 400), pay('2027-09-15', 200), pay('2027-09-17', 600)];
    expect(dailyPayments([invoice], moves)).toEqual([
      { on: '2027-09-15', currency: 'EUR', rateBp: 2_000, paidMinor: 600 },
      { on: '2027-09-17', currency: 'EUR', rateBp: 2_000, paidMinor: 600 },
    ]);
    expect(dailyPayments([issued(draft({ seller: seller({ isVatOnDebits: true }) }))], moves)).toEqual([]);
    expect(dailyPayments([issued(draft({ lines: [line({ nature: 'goods' })] }))], moves)).toEqual([]);
  });

  test('for any invoice of services paid in any parts: what is reported is what it costs', () => {
    fc.assert(
      fc.property(anyDraft, fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 5 }), (from, shares) => {
        const invoice = issued({
          ...from,
          paidMinor: 0,
          lines: from.lines.map((each) => ({ ...each, nature: 'service' as const })),
        });
        const due = invoice.totals.dueMinor;
        let left = due;
        const amounts = [
          ...shares.map((share) => Math.min(left, Math.floor((due * share) / 200))),
          Number.POSITIVE_INFINITY,
        ].map((asked) => {
          const amountMinor = Math.min(left, asked);
          left -= amountMinor;
          return amountMinor;
        });
        const moves = amounts.map((amountMinor, index) => ({
          invoiceNumber: invoice.number,
          paidOn: addDays('2027-09-01', index),
          amountMinor,
        }));
        const expected = invoice.seller.isVatOnDebits
          ? 0
          : sumMinor(invoice.vat.map(({ vatMinor, netMinor }) => (vatMinor === 0 ? 0 : netMinor + vatMinor)));
        expect(sumMinor(dailyPayments([invoice], moves).map(({ paidMinor }) => paidMinor))).toBe(expected);
      }),
    );
  });
});

describe('periods of reporting', () => {
  test('to the 10th, the 20th, the end of the month; a month; two months', () => {
    const of = (date: string, rhythm: Parameters<typeof reportingPeriod>[1]) =>
      Object.values(reportingPeriod(date, rhythm)).join(' ');
    expect(
      ['2028-02-01', '2028-02-10', '2028-02-11', '2028-02-20', '2028-02-21', '2028-02-29'].map((date) =>
        of(date, 'ten_days'),
      ),
    ).toEqual([
      '2028-02-01 2028-02-10',
      '2028-02-01 2028-02-10',
      '2028-02-11 2028-02-20',
      '2028-02-11 2028-02-20',
      '2028-02-21 2028-02-29',
      '2028-02-21 2028-02-29',
    ]);
    expect([of('2027-01-31', 'ten_days'), of('2027-04-30', 'month')]).toEqual([
      '2027-01-21 2027-01-31',
      '2027-04-01 2027-04-30',
    ]);
    expect([of('2027-01-15', 'two_months'), of('2027-02-28', 'two_months'), of('2027-12-31', 'two_months')]).toEqual([
      '2027-01-01 2027-02-28',
      '2027-01-01 2027-02-28',
      '2027-11-01 2027-12-31',
    ]);
  });
});
