import {
  acceptEstimate,
  addDays,
  checkSequence,
  computeTotals,
  creditNoteFor,
  type Estimate,
  FRENCH_MENTIONS,
  formatNumber,
  frenchVatIdOf,
  type Invoice,
  type InvoiceDraft,
  invoiceFromEstimate,
  isFrenchVatId,
  isIban,
  isSiren,
  isSiret,
  issueInvoice,
  latePenalty,
  mayUseVatKind,
  mulDiv,
  type NumberedKind,
  nextNumber,
  parseNumber,
  paymentStateOf,
  reminderDue,
  type SaleVatKind,
  seriesKey,
  splitInclusive,
  sumMinor,
  vatContained,
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

const refused = (from: InvoiceDraft) => {
  const answer = issueInvoice(from, 'ANN-F-2027-000001');
  return answer.ok ? 'issued' : answer.reason === 'incomplete' ? answer.detail?.missing : answer.reason;
};

describe('a price with VAT taken apart', () => {
  test('4.00 is 3.33 and 0.67; 4.05 is no net amount and its VAT: a cent of rounding stands beside', () => {
    expect(splitInclusive(400, 2_000)).toEqual({ netMinor: 333, vatMinor: 67, roundingMinor: 0 });
    expect(splitInclusive(405, 2_000)).toEqual({ netMinor: 338, vatMinor: 68, roundingMinor: -1 });
    expect(splitInclusive(1_234, 0)).toEqual({ netMinor: 1_234, vatMinor: 0, roundingMinor: 0 });
  });

  test('for any price and rate: VAT is what the price contains and what the net amount makes, and the parts are the price', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000_000 }), fc.constantFrom(210, 550, 1_000, 2_000, 2_500), (total, rateBp) => {
        const { netMinor, vatMinor, roundingMinor } = splitInclusive(total, rateBp);
        expect(vatMinor).toBe(vatContained(total, rateBp));
        expect(vatMinor).toBe(mulDiv(netMinor, rateBp, 10_000));
        expect(netMinor + vatMinor + roundingMinor).toBe(total);
        expect(Math.abs(roundingMinor)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('at 20 % one price in six needs the cent', () => {
    const some = Array.from({ length: 600 }, (_, total) => splitInclusive(total, 2_000).roundingMinor);
    expect(some.filter((rounding) => rounding !== 0)).toHaveLength(100);
  });
});

describe('totals', () => {
  const totals = (more: Partial<Parameters<typeof computeTotals>[0]>) =>
    computeTotals({
      lines: [line()],
      allowances: [],
      pricesIncludeVat: true,
      paidMinor: 0,
      suppliedOn: '2027-03-15',
      ...more,
    });

  test('VAT is of the sum of a rate, not of each line: three times 4.00 is 12.00 with 2.00 of VAT', () => {
    const three = [1, 2, 3].map(() => line({ totalMinor: 400 }));
    const answer = totals({ lines: three });
    expect(answer).toMatchObject({
      ok: true,
      value: { totals: { netMinor: 1_000, vatMinor: 200, dueMinor: 1_200, roundingMinor: 0 } },
    });
    expect(answer.ok && answer.value.lines.map(({ netMinor }) => netMinor)).toEqual([334, 333, 333]);
  });

  test('prices without VAT are their own nets', () => {
    expect(
      totals({ lines: [line({ totalMinor: 333 }), line({ totalMinor: 333 })], pricesIncludeVat: false }),
    ).toMatchObject({
      value: { totals: { netMinor: 666, vatMinor: 133, grossMinor: 799 } },
    });
  });

  test('what cannot be on one document is refused', () => {
    const kinds = (...all: SaleVatKind[]) => {
      const answer = totals({ lines: all.map((vatKind) => line({ vatKind })) });
      return answer.ok ? 'ok' : answer.reason;
    };
    expect(kinds('standard_20', 'reduced_10', 'exempt_261_7_1a')).toBe('ok');
    expect(kinds('standard_20', 'out_of_scope')).toBe('out_of_scope_beside_taxed');
    expect(kinds('exempt_261_7_1a', 'exempt_261_7_1b')).toBe('two_exemptions');
    expect(totals({ lines: [] })).toEqual({ ok: false, reason: 'no_lines' });
    expect(totals({ lines: [line({ totalMinor: -1 })] })).toEqual({ ok: false, reason: 'not_an_amount' });
    expect(totals({ lines: [line({ quantityHundredths: 0 })] })).toEqual({ ok: false, reason: 'not_an_amount' });
    expect(totals({ lines: [line({ totalMinor: 1.5 })] })).toEqual({ ok: false, reason: 'not_an_amount' });
    expect(totals({ suppliedOn: '2010-01-01' })).toEqual({ ok: false, reason: 'vat_not_in_force' });
    expect(
      totals({ allowances: [{ kind: 'allowance', reason: 'x', totalMinor: 1_201, vatKind: 'standard_20' }] }),
    ).toEqual({ ok: false, reason: 'below_zero' });
  });
});

describe('who may issue what', () => {
  test('a company with its numbers; what is missing is named', () => {
    expect(refused(draft())).toBe('issued');
    expect(refused(draft({ seller: seller({ vatId: null }) }))).toEqual(['seller_vat_id']);
    expect(refused(draft({ seller: seller({ vatId: 'FR00732829320' }) }))).toEqual(['seller_vat_id']);
    expect(refused(draft({ seller: seller({ siren: '123456789' }) }))).toEqual(['seller_siren']);
    expect(refused(draft({ seller: seller({ siren: null, registration: null }) }))).toEqual([
      'seller_identifier',
      'seller_siren',
    ]);
    expect(refused(draft({ seller: seller({ name: ' ' }), buyer: buyer({ name: '' }) }))).toEqual([
      'seller_name',
      'buyer_name',
    ]);
    expect(refused(draft({ seller: seller({ address: { ...ADDRESS, lines: [''] } }) }))).toEqual(['seller_address']);
    expect(refused(draft({ buyer: buyer({ address: { ...ADDRESS, country: 'France' } }) }))).toContain('buyer_address');
    expect(refused(draft({ lines: [line({ name: '' })] }))).toEqual(['line_name']);
    expect(refused(draft({ suppliedOn: null }))).toEqual(['supply_date']);
    expect(refused(draft({ suppliedOn: null, kind: 'advance_invoice' }))).toBe('issued');
    expect(refused(draft({ dueOn: '2027-03-14' }))).toEqual(['due_date']);
    expect(refused(draft({ dueOn: '2027-03-15' }))).toBe('issued');
    expect(refused(draft({ kind: 'credit_note' }))).toEqual(['preceding_invoice']);
  });

  test('a business in France is named by its SIREN, a public body by its SIRET, a person by neither', () => {
    expect(refused(draft({ buyer: buyer({ siren: null }) }))).toEqual(['buyer_siren']);
    expect(refused(draft({ buyer: buyer({ siren: null, address: { ...ADDRESS, country: 'BE' } }) }))).toBe('issued');
    expect(refused(draft({ buyer: buyer({ kind: 'public_body', siret: '21040006500013' }) }))).toEqual(['buyer_siret']);
    expect(refused(draft({ buyer: person() }))).toBe('issued');
  });

  test('an association without a SIREN by its RNA number', () => {
    const of = { ...association(), siren: null, siret: null };
    expect(refused(draft({ seller: of, lines: [line({ vatKind: 'exempt_261_7_1a' })] }))).toBe('issued');
    expect(
      refused(draft({ seller: { ...of, registration: null }, lines: [line({ vatKind: 'exempt_261_7_1a' })] })),
    ).toEqual(['seller_identifier']);
  });

  test('a commune with a régie issues no invoices; one with a taxable activity does', () => {
    const commune = seller({
      legalForm: 'public_body',
      regime: 'outside',
      siren: SIREN.commune,
      siret: siretOf(SIREN.commune),
    });
    expect(refused(draft({ seller: commune, lines: [line({ vatKind: 'out_of_scope' })] }))).toBe(
      'public_body_issues_titles',
    );
    expect(refused(draft({ seller: { ...commune, regime: 'taxable', vatId: frenchVatIdOf(SIREN.commune) } }))).toBe(
      'issued',
    );
  });

  test('each regime has its treatments of VAT, and the exemptions of non-profit bodies are no company’s', () => {
    const may = (
      regime: Parameters<typeof mayUseVatKind>[0]['regime'],
      kind: SaleVatKind,
      legalForm: 'company' | 'association' = 'association',
    ) => mayUseVatKind({ legalForm, regime }, kind);
    expect([
      may('taxable', 'standard_20'),
      may('taxable', 'exempt_293b'),
      may('franchise_293b', 'exempt_293b'),
      may('franchise_293b', 'standard_20'),
    ]).toEqual([true, false, true, false]);
    expect([
      may('non_profit', 'exempt_261_7_1a'),
      may('non_profit', 'standard_20'),
      may('mixed', 'standard_20'),
      may('mixed', 'exempt_261_7_1b'),
    ]).toEqual([true, false, true, true]);
    expect([
      may('mixed', 'exempt_261_7_1b', 'company'),
      may('outside', 'out_of_scope'),
      may('outside', 'standard_20'),
    ]).toEqual([false, true, false]);
    expect(refused(draft({ seller: association('franchise_293b') }))).toBe('vat_kind_not_of_regime');
  });

  test('no more can have been paid than it costs', () => {
    expect(refused(draft({ paidMinor: 1_200 }))).toBe('issued');
    expect(refused(draft({ paidMinor: 1_201 }))).toBe('paid_too_much');
  });
});

describe('what must stand on it', () => {
  const codes = (from: InvoiceDraft) => issued(from).mentions.map(({ code }) => code);

  test('for a business: penalties, the 40 euros, no discount; for a person none of these', () => {
    expect(codes(draft())).toEqual([
      'legal_form',
      'registration',
      'nature_services',
      'late_penalties',
      'recovery_indemnity',
      'no_discount',
    ]);
    expect(codes(draft({ buyer: person() }))).toEqual(['legal_form', 'registration', 'nature_services']);
    expect(codes(draft({ buyer: buyer({ kind: 'public_body' }) }))).toContain('public_buyer_interest');
  });

  test('the sentence of the exemption: 293 B is not 261-7-1°', () => {
    const mention = (of: Parameters<typeof draft>[0]) => issued(draft(of)).mentions.at(-1)?.text;
    expect(mention({ seller: association('franchise_293b'), lines: [line({ vatKind: 'exempt_293b' })] })).toBe(
      'TVA non applicable, art. 293 B du CGI',
    );
    expect(mention({ seller: association(), lines: [line({ vatKind: 'exempt_261_7_1a' })] })).toBe(
      'Exonération de TVA, art. 261-7-1° a du CGI',
    );
    expect(mention({ seller: association(), lines: [line({ vatKind: 'exempt_261_7_1b' })] })).toBe(
      'Exonération de TVA, art. 261-7-1° b du CGI',
    );
  });

  test('the nature of what is sold, from the day on which the law asks for it', () => {
    const goods = line({ nature: 'goods' });
    expect([codes(draft({ lines: [goods] }))[2], codes(draft({ lines: [goods, line()] }))[2]]).toEqual([
      'nature_goods',
      'nature_mixed',
    ]);
    const before = draft({ issuedOn: '2026-08-31', dueOn: '2026-09-30', suppliedOn: '2026-08-31' });
    expect(codes(before)).not.toContain('nature_services');
    expect(codes({ ...before, issuedOn: '2026-09-01' })).toContain('nature_services');
    expect(codes(draft({ seller: seller({ isVatOnDebits: true }) }))).toContain('vat_on_debits');
  });

  test('every mention says where it is from', () => {
    expect(FRENCH_MENTIONS.every(({ source, text }) => source.length > 0 && text.length > 0)).toBe(true);
    expect(new Set(FRENCH_MENTIONS.map(({ code }) => code)).size).toBe(FRENCH_MENTIONS.length);
  });
});

describe('numbers', () => {
  const series = { structureCode: 'ANN', kind: 'invoice' } as const;

  test('one after the other, from 1 each year, in the order of the dates', () => {
    const first = nextNumber(series, null, '2027-12-31');
    expect(first).toMatchObject({ ok: true, value: { number: 'ANN-F-2027-000001', year: 2027, sequence: 1 } });
    const last = { year: 2027, sequence: 41, issuedOn: '2027-12-31' };
    expect(nextNumber(series, last, '2027-12-31')).toMatchObject({ value: { number: 'ANN-F-2027-000042' } });
    expect(nextNumber(series, last, '2028-01-01')).toMatchObject({ value: { number: 'ANN-F-2028-000001' } });
    expect(nextNumber(series, last, '2027-12-30')).toEqual({ ok: false, reason: 'before_last' });
    expect(nextNumber(series, { ...last, sequence: 999_998 }, '2027-12-31')).toMatchObject({
      value: { number: 'ANN-F-2027-999999' },
    });
    expect(nextNumber(series, { ...last, sequence: 999_999 }, '2027-12-31')).toEqual({
      ok: false,
      reason: 'series_full',
    });
  });

  test('advance invoices are numbered among the invoices, credit notes apart', () => {
    const key = (kind: NumberedKind) => seriesKey({ structureCode: 'ANN', kind });
    expect([key('invoice'), key('advance_invoice'), key('credit_note'), key('receipt')]).toEqual([
      'ANN-F',
      'ANN-F',
      'ANN-A',
      'ANN-Q',
    ]);
  });

  test('are read as they are written, and nothing else is read', () => {
    expect(parseNumber('ANN-A-2027-000042')).toEqual({ structureCode: 'ANN', letter: 'A', year: 2027, sequence: 42 });
    for (const text of [
      'ANN-F-2027-42',
      'ANN-X-2027-000042',
      'ann-F-2027-000042',
      'ANN-F-2027-000000',
      'ANN-F-2027-0000421',
      '',
    ])
      expect(parseNumber(text)).toBeNull();
    expect(() => formatNumber({ structureCode: 'a b', kind: 'invoice' }, 2027, 1)).toThrow(RangeError);
    expect(() => formatNumber(series, 2027, 0)).toThrow(RangeError);
  });

  test('for any run of dates there is no gap; a document taken out, doubled or dated back is found', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 90 }), { minLength: 3, maxLength: 30 }), fc.nat(), (steps, which) => {
        let on = '2026-06-01';
        let last: { year: number; sequence: number; issuedOn: string } | null = null;
        const documents = steps.map((step) => {
          on = addDays(on, step);
          const next = nextNumber(series, last, on);
          if (!next.ok) throw new Error(next.reason);
          last = next.value;
          return { number: next.value.number, issuedOn: on };
        });
        expect(checkSequence(documents)).toEqual([]);
        expect(checkSequence([...documents].reverse())).toEqual([]);
        const at = which % documents.length;
        const of = documents[at] as (typeof documents)[number];
        expect(checkSequence([...documents, of])).toContainEqual({ kind: 'twice', number: of.number });
        const isLastOfYear = parseNumber(documents[at + 1]?.number ?? 'ANN-F-2026-000001')?.sequence === 1;
        const without = checkSequence(documents.toSpliced(at, 1));
        expect(without.some(({ kind }) => kind === 'missing')).toBe(!isLastOfYear);
        const next = documents[at + 1];
        if (next !== undefined && !isLastOfYear) {
          const back = documents.with(at + 1, { ...next, issuedOn: '2026-05-31' });
          expect(checkSequence(back)).toContainEqual({ kind: 'out_of_order', number: next.number });
        }
      }),
    );
  });
});

describe('credit notes', () => {
  const invoice = issued(
    draft({
      lines: [line({ totalMinor: 1_200 }), line({ totalMinor: 605 })],
      allowances: [{ kind: 'allowance', reason: 'Remise', totalMinor: 100, vatKind: 'standard_20' }],
    }),
  );
  const on = '2027-04-01';
  const credit = (lines: Parameters<typeof creditNoteFor>[2]['lines'], before: Invoice[] = []) =>
    creditNoteFor(invoice, before, { issuedOn: on, lines, note: null });
  const made = (lines: Parameters<typeof creditNoteFor>[2]['lines'], before: Invoice[] = []) => {
    const answer = credit(lines, before);
    if (!answer.ok) throw new Error(answer.reason);
    return issued(answer.value, 'ANN-A-2027-000001');
  };

  test('for any invoice: a whole credit note has its totals, names it, and leaves nothing open', () => {
    fc.assert(
      fc.property(anyDraft, (from) => {
        if (from.kind === 'credit_note') return;
        const of = issued({ ...from, paidMinor: 0 });
        const answer = creditNoteFor(of, [], { issuedOn: of.issuedOn, lines: null, note: null });
        if (!answer.ok) throw new Error(answer.reason);
        const note = issued(answer.value, 'ANN-A-2027-000001');
        expect(note.totals).toEqual(of.totals);
        expect(note.vat).toEqual(of.vat);
        expect(note.preceding).toEqual([{ number: of.number, issuedOn: of.issuedOn }]);
        expect(paymentStateOf(of, [], [note]).openMinor).toBe(0);
      }),
    );
  });

  test('a line, or a part of one with its part of the quantity', () => {
    expect(made([{ position: 2, totalMinor: null }]).totals.dueMinor).toBe(605);
    const part = made([{ position: 1, totalMinor: 400 }]);
    expect([part.totals.dueMinor, part.lines[0]?.quantityHundredths]).toEqual([400, 100]);
  });

  test('never more than was invoiced, with the notes before', () => {
    expect(credit([{ position: 3, totalMinor: null }])).toEqual({ ok: false, reason: 'no_such_line' });
    expect(credit([{ position: 2, totalMinor: 606 }])).toEqual({ ok: false, reason: 'more_than_invoiced' });
    expect(
      credit([
        { position: 2, totalMinor: 100 },
        { position: 2, totalMinor: 100 },
      ]),
    ).toEqual({ ok: false, reason: 'more_than_invoiced' });
    const before = [made([{ position: 1, totalMinor: 1_100 }])];
    expect(credit([{ position: 2, totalMinor: 605 }], before).ok).toBe(true);
    expect(
      credit(
        [
          { position: 2, totalMinor: 605 },
          { position: 1, totalMinor: 1 },
        ],
        before,
      ),
    ).toEqual({ ok: false, reason: 'more_than_invoiced' });
    expect(credit(null, before)).toEqual({ ok: false, reason: 'more_than_invoiced' });
    expect(creditNoteFor(made(null), [], { issuedOn: on, lines: null, note: null })).toEqual({
      ok: false,
      reason: 'not_an_invoice',
    });
  });

  test('credit notes of other invoices, and later invoices that name this one, count for nothing', () => {
    const named = [{ number: invoice.number, issuedOn: invoice.issuedOn }];
    const other = issued(draft({ kind: 'credit_note', preceding: [{ number: 'ANN-F-2027-000777', issuedOn: on }] }));
    const final = issued(draft({ preceding: named }));
    expect(credit(null, [other, final]).ok).toBe(true);
    expect(credit(null, [other, final, issued(draft({ kind: 'credit_note', preceding: named }))]).ok).toBe(false);
  });

  test('a reduction on the document is part of what can be credited', () => {
    expect(
      credit([
        { position: 1, totalMinor: null },
        { position: 2, totalMinor: null },
      ]),
    ).toEqual({ ok: false, reason: 'more_than_invoiced' });
    expect(
      credit([
        { position: 1, totalMinor: null },
        { position: 2, totalMinor: 505 },
      ]).ok,
    ).toBe(true);
  });
});

describe('how an invoice stands', () => {
  const invoice = issued(draft());
  const state = (...amounts: number[]) =>
    paymentStateOf(
      invoice,
      amounts.map((amountMinor) => ({ amountMinor })),
      [],
    );

  test('unpaid, in part, to the cent, too much; a payment that came back counts', () => {
    expect(state()).toEqual({ state: 'unpaid', openMinor: 1_200, tooMuchMinor: 0 });
    expect(state(500, 699)).toEqual({ state: 'part_paid', openMinor: 1, tooMuchMinor: 0 });
    expect(state(500, 700)).toEqual({ state: 'paid', openMinor: 0, tooMuchMinor: 0 });
    expect(state(500, 701)).toEqual({ state: 'overpaid', openMinor: 0, tooMuchMinor: 1 });
    expect(state(1_200, -1_200)).toEqual({ state: 'unpaid', openMinor: 1_200, tooMuchMinor: 0 });
    expect(paymentStateOf(issued(draft({ paidMinor: 200 })), [], [])).toEqual({
      state: 'part_paid',
      openMinor: 1_000,
      tooMuchMinor: 0,
    });
  });
});

describe('quotes', () => {
  const estimate: Estimate = {
    number: 'ANN-D-2027-000003',
    issuedOn: '2027-03-01',
    validOn: '2027-03-31',
    acceptedOn: null,
    refusedOn: null,
    invoicedAs: null,
    offer: draft(),
  };

  test('are accepted until their last day, once', () => {
    const answer = (on: string, more: Partial<Estimate> = {}) => {
      const accepted = acceptEstimate({ ...estimate, ...more }, on);
      return accepted.ok ? accepted.value.acceptedOn : accepted.reason;
    };
    expect([answer('2027-02-28'), answer('2027-03-01'), answer('2027-03-31'), answer('2027-04-01')]).toEqual([
      'before_issue',
      '2027-03-01',
      '2027-03-31',
      'expired',
    ]);
    expect([
      answer('2027-03-02', { acceptedOn: '2027-03-01' }),
      answer('2027-03-02', { refusedOn: '2027-03-01' }),
    ]).toEqual(['already_accepted', 'already_refused']);
  });

  test('become an invoice at their prices, with their number on it', () => {
    const dates = { issuedOn: '2027-04-10', dueOn: '2027-05-10', suppliedOn: '2027-04-09' };
    expect(invoiceFromEstimate(estimate, dates)).toEqual({ ok: false, reason: 'not_accepted' });
    const accepted = { ...estimate, acceptedOn: '2027-03-02' };
    const answer = invoiceFromEstimate(accepted, dates);
    expect(answer).toMatchObject({
      ok: true,
      value: { ...dates, kind: 'invoice', purchaseOrder: 'ANN-D-2027-000003' },
    });
    expect(answer.ok && issued(answer.value).totals.dueMinor).toBe(1_200);
    expect(invoiceFromEstimate({ ...accepted, invoicedAs: 'ANN-F-2027-000001' }, dates)).toEqual({
      ok: false,
      reason: 'already_invoiced',
    });
  });
});

describe('reminders', () => {
  const claim = { dueOn: '2027-03-31', openMinor: 1_000, sent: [] as string[] };
  const due = (today: string, sent: string[] = [], openMinor = 1_000) =>
    reminderDue({ ...claim, sent, openMinor }, today)?.code ?? null;

  test('each on its day: three before, seven, twenty-one, forty-five after', () => {
    expect(['2027-03-27', '2027-03-28', '2027-03-31', '2027-04-01', '2027-04-06'].map((day) => due(day))).toEqual([
      null,
      'soon_due',
      'soon_due',
      null,
      null,
    ]);
    expect([
      due('2027-04-07', ['soon_due']),
      due('2027-04-20', ['first']),
      due('2027-04-21', ['first']),
      due('2027-05-15', ['second']),
    ]).toEqual(['first', null, 'second', 'formal_notice']);
  });

  test('once; of several in arrears the last; none when nothing is open', () => {
    expect(due('2027-04-10', ['first'])).toBeNull();
    expect(due('2027-06-01')).toBe('formal_notice');
    expect(due('2027-06-01', ['formal_notice'])).toBeNull();
    expect(due('2027-06-01', [], 0)).toBeNull();
  });

  test('a late business owes interest by the day and 40 euros, a person neither', () => {
    const late = { openMinor: 100_000, dueOn: '2027-03-31' };
    expect(latePenalty({ ...late, buyer: buyer() }, '2027-04-30', 1_200)).toEqual({
      days: 30,
      interestMinor: 986,
      indemnityMinor: 4_000,
    });
    expect(latePenalty({ ...late, buyer: buyer() }, '2027-03-31', 1_200)).toEqual({
      days: 0,
      interestMinor: 0,
      indemnityMinor: 0,
    });
    expect(latePenalty({ ...late, buyer: person() }, '2027-04-30', 1_200)).toEqual({
      days: 30,
      interestMinor: 0,
      indemnityMinor: 0,
    });
  });
});

describe('identifiers', () => {
  test('a wrong digit is found', () => {
    expect([isSiren('732829320'), isSiren('732829321'), isSiren('73282932'), isSiren('73282932O')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([isSiret('73282932000074'), isSiret('73282932000075'), isSiret('73282932100074')]).toEqual([
      true,
      false,
      false,
    ]);
    // La Poste's: by Luhn, by neither, by the sum of digits.
    expect([isSiret('35600000000048'), isSiret('35600000000049'), isSiret('35600000000010')]).toEqual([
      true,
      false,
      true,
    ]);
    expect([
      isFrenchVatId('FR44732829320'),
      isFrenchVatId('FR45732829320'),
      isFrenchVatId('FRK7399859412'),
      isFrenchVatId('44732829320'),
    ]).toEqual([true, false, true, false]);
    expect(frenchVatIdOf('732829320')).toBe('FR44732829320');
    expect([
      isIban('FR7630006000011234567890189'),
      isIban('FR7630006000011234567890188'),
      isIban('DE89370400440532013000'),
      isIban('FR76'),
    ]).toEqual([true, false, true, false]);
  });

  test('any single wrong digit of a SIREN is found', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(SIREN)),
        fc.nat({ max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (siren, at, by) => {
          const digits = [...siren];
          digits[at] = String((Number(digits[at]) + by) % 10);
          expect(isSiren(siren)).toBe(true);
          expect(isSiren(digits.join(''))).toBe(false);
        },
      ),
    );
  });
});

test('an issued document is a snapshot: its sums are those of its lines', () => {
  fc.assert(
    fc.property(anyDraft, (from) => {
      const { lines, allowances, totals, vat } = issued(from);
      const of = (kind: string) => sumMinor(allowances.flatMap((each) => (each.kind === kind ? [each.netMinor] : [])));
      expect(totals.netMinor).toBe(sumMinor(lines.map(({ netMinor }) => netMinor)) - of('allowance') + of('charge'));
      expect(totals.netMinor).toBe(sumMinor(vat.map(({ netMinor }) => netMinor)));
      expect(totals.vatMinor).toBe(sumMinor(vat.map(({ vatMinor }) => vatMinor)));
      expect(totals.dueMinor).toBe(totals.netMinor + totals.vatMinor - totals.paidMinor + totals.roundingMinor);
    }),
  );
});
