import {
  addDays,
  type BankCsvFormat,
  type BankLine,
  type BooksState,
  balanceWith,
  checkChart,
  checkEntry,
  checkFec,
  checkPayout,
  closeBooks,
  DEFAULT_ACCOUNTS,
  type EntryDraft,
  encodeFec,
  entryOf,
  FEC_COLUMNS,
  fecFileName,
  type Invoice,
  type InvoiceDraft,
  type InvoicePayment,
  type LedgerEntry,
  mayPost,
  nextEntryNumber,
  type OpenItem,
  PAYMENT_MEANS,
  type Piece,
  postAdvance,
  postCashDifference,
  postCreditUse,
  postInvoice,
  postPartnerPayment,
  postPassShares,
  postPayment,
  postProviderFee,
  postSecurity,
  postSettlement,
  postTakings,
  postToBank,
  postWriteOff,
  proposeMatches,
  type RevenueRole,
  readBankCsv,
  salesJournal,
  sumMinor,
  trialBalance,
  vatAccountOf,
  vatDueAtIssue,
  vatDueWithPayment,
  vatSummary,
  writeFec,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDraft, association, draft, issued, line, seller } from './billing-facts.ts';

const customer = { code: 'C0001', label: 'Atelier Durand' };
const piece = (more: Partial<Piece> = {}): Piece => ({
  on: '2027-03-20',
  ref: 'P1',
  label: 'Pièce',
  currency: 'EUR',
  ...more,
});
const role = (name: keyof typeof DEFAULT_ACCOUNTS) => DEFAULT_ACCOUNTS[name].number;
/** `411 D 12.00` for each line, to read at a glance. */
const told = (entry: EntryDraft | null) =>
  entry?.lines.map(
    ({ account, debitMinor, creditMinor }) =>
      `${account.replace(/0+$/, '')} ${debitMinor > 0 ? 'D' : 'C'} ${debitMinor + creditMinor}`,
  );
const balanceOf = (entries: readonly (EntryDraft | null)[], name: keyof typeof DEFAULT_ACCOUNTS) =>
  trialBalance(entries.filter((entry) => entry !== null)).find(({ account }) => account === role(name))?.balanceMinor ??
  0;

describe('every event', () => {
  const invoice = issued(draft());

  test('a sale of services: VAT waits until it is paid', () => {
    expect(told(postInvoice(invoice, customer, ['rooms']))).toEqual(['411 D 1200', '7083 C 1000', '4458 C 200']);
    expect(
      told(postPayment({ mean: 'cheque', amountMinor: 600, paidBeforeMinor: 0, customer, invoice }, piece())),
    ).toEqual(['5112 D 600', '4458 D 100', '411 C 600', '445711 C 100']);
  });

  test('goods, and the option for debits: VAT is due at once', () => {
    const goods = issued(draft({ lines: [line({ nature: 'goods' })] }));
    expect(told(postInvoice(goods, customer, ['goods']))).toEqual(['411 D 1200', '707 C 1000', '445711 C 200']);
    const debits = issued(draft({ seller: seller({ isVatOnDebits: true }) }));
    expect(told(postInvoice(debits, customer, ['services']))).toEqual(['411 D 1200', '706 C 1000', '445711 C 200']);
    expect(vatDueWithPayment(debits, 0, 1_200)).toEqual([]);
  });

  test('a cent of rounding has its account', () => {
    expect(told(postInvoice(issued(draft({ lines: [line({ totalMinor: 405 })] })), customer, ['services']))).toEqual([
      '411 D 406',
      '658 D 1',
      '706 C 338',
      '4458 C 68',
      '411 C 1',
    ]);
  });

  test('an advance is the customer’s until the invoice, and then its VAT is due', () => {
    const advance = postAdvance({ mean: 'transfer', amountMinor: 300, customer }, piece());
    expect(told(advance)).toEqual(['512 D 300', '4191 C 300']);
    const sale = postInvoice(issued(draft({ paidMinor: 300 })), customer, ['services']);
    expect(balanceOf([advance, sale], 'advances')).toBe(0);
    expect(balanceOf([advance, sale], 'customers')).toBe(900);
    expect(balanceOf([advance, sale], 'vat_20')).toBe(-50);
  });

  test('a pack: income only as its hours are used or expire', () => {
    expect(told(postInvoice(issued(draft()), customer, ['deferred_revenue']))).toContain('487 C 1000');
    expect(told(postCreditUse({ minor: 250, revenue: 'services' }, piece()))).toEqual(['487 D 250', '706 C 250']);
    expect(told(postCreditUse({ minor: -250, revenue: 'services' }, piece()))).toEqual(['706 D 250', '487 C 250']);
  });

  test('a security is no income; what is kept of it is', () => {
    expect(told(postSecurity({ kind: 'taken', mean: 'cheque', minor: 20_000, customer }, piece()))).toEqual([
      '5112 D 20000',
      '165 C 20000',
    ]);
    expect(
      told(
        postSecurity({ kind: 'settled', mean: 'cheque', returnedMinor: 15_000, keptMinor: 5_000, customer }, piece()),
      ),
    ).toEqual(['165 D 20000', '5112 C 15000', '758 C 5000']);
  });

  test('takings, fees, payouts, the bank, the cash desk', () => {
    const takings = postTakings(
      {
        payments: [{ mean: 'cash', amountMinor: 1_200 }],
        sales: [{ revenue: 'services', vatKind: 'standard_20', netMinor: 1_000, vatMinor: 200 }],
      },
      piece(),
    );
    expect(told(takings)).toEqual(['411 D 1200', '53 D 1200', '706 C 1000', '445711 C 200', '411 C 1200']);
    expect(() =>
      postTakings(
        {
          payments: [{ mean: 'cash', amountMinor: 1_199 }],
          sales: [{ revenue: 'services', vatKind: 'exempt_293b', netMinor: 1_200, vatMinor: 0 }],
        },
        piece(),
      ),
    ).toThrow(RangeError);
    expect(told(postProviderFee(35, piece()))).toEqual(['6278 D 35', '517 C 35']);
    expect(told(postToBank('provider', 1_165, piece()))).toEqual(['512 D 1165', '517 C 1165']);
    expect(told(postCashDifference(-5, piece()))).toEqual(['658 D 5', '53 C 5']);
    expect(told(postCashDifference(5, piece()))).toEqual(['53 D 5', '758 C 5']);
    expect(postCashDifference(0, piece())).toBeNull();
  });

  test('a claim given up takes its VAT with it', () => {
    const loss = postWriteOff(
      { customer, openMinor: 600, vat: [{ kind: 'standard_20', waitingMinor: 60, dueMinor: 40 }] },
      piece(),
    );
    expect(told(loss)).toEqual(['654 D 500', '4458 D 60', '445711 D 40', '411 C 600']);
  });

  test('structures among each other: use, shares of a pass, and the payment of the balance', () => {
    const partner = { code: 'GAP', label: 'Gap' };
    const settled = postSettlement({ partner, earnedMinor: 5_000, owedMinor: 3_200, revenue: 'services' }, piece());
    expect(told(settled)).toEqual(['467 D 5000', '611 D 3200', '706 C 5000', '467 C 3200']);
    const shares = postPassShares([{ partner, minor: 700 }], 'services', piece());
    const all = [settled, shares].filter((entry) => entry !== null);
    expect(balanceWith(all, role('partners'), 'GAP')).toBe(1_100);
    const paid = postPartnerPayment({ partner, minor: 1_100 }, piece());
    expect(balanceWith([...all, paid as EntryDraft], role('partners'), 'GAP')).toBe(0);
  });
});

describe('balance', () => {
  const transfer = fc.record({
    debit: fc.constantFrom(...(Object.keys(DEFAULT_ACCOUNTS) as (keyof typeof DEFAULT_ACCOUNTS)[])),
    credit: fc.constantFrom(...(Object.keys(DEFAULT_ACCOUNTS) as (keyof typeof DEFAULT_ACCOUNTS)[])),
    minor: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  });

  test('for any transfers: the entry is in balance, one side to a line', () => {
    fc.assert(
      fc.property(fc.array(transfer, { maxLength: 12 }), (transfers) => {
        const entry = entryOf('OD', piece(), transfers);
        if (entry === null) expect(transfers.every(({ minor }) => minor === 0)).toBe(true);
        else expect(checkEntry(entry)).toEqual([]);
      }),
    );
  });

  test('an entry that is not is found', () => {
    const good = entryOf('OD', piece(), [{ debit: 'cash', credit: 'bank', minor: 5 }]) as EntryDraft;
    const [debit, credit] = good.lines as [EntryDraft['lines'][number], EntryDraft['lines'][number]];
    expect(checkEntry({ ...good, lines: [debit, { ...credit, creditMinor: 4 }] })).toEqual(['out_of_balance']);
    expect(
      checkEntry({
        ...good,
        lines: [
          { ...debit, creditMinor: 5 },
          { ...credit, debitMinor: 5 },
        ],
      }),
    ).toEqual(['not_an_amount']);
    expect(checkEntry({ ...good, lines: [] })).toEqual(['no_lines']);
  });

  test('the chart: numbers of three digits and more, each for one role', () => {
    expect(checkChart(DEFAULT_ACCOUNTS)).toEqual([]);
    expect(checkChart({ ...DEFAULT_ACCOUNTS, cash: { number: '5A', label: 'x' } })).toEqual([
      { kind: 'not_a_number', role: 'cash' },
    ]);
    expect(vatAccountOf('reduced_5_5')).toBe('vat_5_5');
    expect(() => vatAccountOf('exempt_293b')).toThrow(RangeError);
    expect(checkChart({ ...DEFAULT_ACCOUNTS, cash: DEFAULT_ACCOUNTS.bank })).toEqual([
      { kind: 'twice', number: '512000' },
    ]);
  });
});

/** A document with its payments, in any number of parts, some of them given back, paid in the end to the cent. */
const paidInvoice = fc
  .record({
    from: anyDraft,
    shares: fc.array(fc.integer({ min: -50, max: 100 }), { maxLength: 6 }),
    steps: fc.array(fc.nat({ max: 40 }), { minLength: 7, maxLength: 7 }),
    mean: fc.constantFrom(...PAYMENT_MEANS),
  })
  .map(({ from, shares, steps, mean }) => {
    const invoice = issued({ ...from, kind: 'invoice', preceding: [] });
    const due = invoice.totals.dueMinor;
    let paid = 0;
    let on = invoice.issuedOn;
    const payments: InvoicePayment[] = [...shares, null].map((share, index) => {
      const amountMinor =
        share === null ? due - paid : Math.max(-paid, Math.min(due - paid, Math.floor((due * share) / 100)));
      paid += amountMinor;
      on = addDays(on, steps[index] as number);
      return { invoiceNumber: invoice.number, paidOn: on, amountMinor };
    });
    return { invoice, payments, mean };
  });

const postedAll = ({
  invoice,
  payments,
  mean,
}: {
  invoice: Invoice;
  payments: readonly InvoicePayment[];
  mean: (typeof PAYMENT_MEANS)[number];
}) => {
  const revenue = invoice.lines.map(({ nature }): RevenueRole => (nature === 'goods' ? 'goods' : 'services'));
  const entries: (EntryDraft | null)[] = [
    postAdvance({ mean, amountMinor: invoice.totals.paidMinor, customer }, piece({ on: invoice.issuedOn })),
    postInvoice(invoice, customer, revenue),
  ];
  let paidBeforeMinor = 0;
  for (const { amountMinor, paidOn } of payments) {
    entries.push(postPayment({ mean, amountMinor, paidBeforeMinor, customer, invoice }, piece({ on: paidOn })));
    paidBeforeMinor += amountMinor;
  }
  return entries.filter((entry) => entry !== null);
};

describe('the life of an invoice', () => {
  test('for any invoice paid in any parts: nothing is left with the customer, no VAT waits, and VAT due is that of the invoice', () => {
    fc.assert(
      fc.property(paidInvoice, (life) => {
        const entries = postedAll(life);
        for (const entry of entries) expect(checkEntry(entry)).toEqual([]);
        expect(balanceWith(entries, role('customers'), customer.code)).toBe(0);
        expect(balanceWith(entries, role('advances'), customer.code)).toBe(0);
        expect(balanceOf(entries, 'vat_waiting')).toBe(0);
        const collected = (['vat_20', 'vat_10', 'vat_5_5', 'vat_2_1'] as const).map(
          (name) => -balanceOf(entries, name),
        );
        expect(sumMinor(collected)).toBe(life.invoice.totals.vatMinor);
        expect(sumMinor(trialBalance(entries).map(({ balanceMinor }) => balanceMinor))).toBe(0);
      }),
    );
  });

  test('for any payment: the VAT that is due is between nothing and all of it, and what is paid back is taken back', () => {
    fc.assert(
      fc.property(anyDraft, fc.nat({ max: 100 }), (from, share) => {
        const invoice = issued({ ...from, paidMinor: 0 });
        const part = Math.floor((invoice.totals.dueMinor * share) / 100);
        const sumOf = (moves: ReturnType<typeof vatDueWithPayment>) => sumMinor(moves.map(({ minor }) => minor));
        const waiting = sumMinor(vatDueAtIssue(invoice).map(({ waitingMinor }) => waitingMinor));
        expect(sumOf(vatDueWithPayment(invoice, 0, part))).toBeGreaterThanOrEqual(0);
        expect(sumOf(vatDueWithPayment(invoice, 0, part))).toBeLessThanOrEqual(waiting);
        expect(sumOf(vatDueWithPayment(invoice, part, -part))).toBe(-sumOf(vatDueWithPayment(invoice, 0, part)) + 0);
        // A payment too much brings no VAT that is not on the invoice.
        expect(sumOf(vatDueWithPayment(invoice, invoice.totals.dueMinor, 500))).toBe(0);
      }),
    );
  });

  test('a whole credit note undoes it, account by account', () => {
    fc.assert(
      fc.property(anyDraft, (from) => {
        const invoice = issued({ ...from, kind: 'invoice', paidMinor: 0, preceding: [] });
        const note = issued({
          ...from,
          kind: 'credit_note',
          paidMinor: 0,
          preceding: [{ number: invoice.number, issuedOn: invoice.issuedOn }],
        });
        const entries = [postInvoice(invoice, customer, ['rooms']), postInvoice(note, customer, ['rooms'])].filter(
          (entry) => entry !== null,
        );
        expect(trialBalance(entries).filter(({ balanceMinor }) => balanceMinor !== 0)).toEqual([]);
      }),
    );
  });
});

describe('summaries', () => {
  const months = Array.from({ length: 60 }, (_, n) => {
    const first = Temporal.PlainDate.from('2026-01-01').add({ months: n });
    return { firstOn: first.toString(), lastOn: first.add({ months: 1 }).subtract({ days: 1 }).toString() };
  });
  const always = { firstOn: '2026-01-01', lastOn: '2030-12-31' };

  test('VAT of services is due in the month of the payment, of goods in that of the invoice', () => {
    const services = issued(draft({ issuedOn: '2027-03-15' }), 'A-F-2027-000001');
    const goods = issued(
      draft({ issuedOn: '2027-03-16', dueOn: '2027-04-16', lines: [line({ nature: 'goods' })] }),
      'A-F-2027-000002',
    );
    const payments = [
      { invoiceNumber: services.number, paidOn: '2027-04-02', amountMinor: 600 },
      { invoiceNumber: goods.number, paidOn: '2027-04-02', amountMinor: 1_200 },
    ];
    const of = (month: string) =>
      vatSummary([services, goods], payments, { firstOn: `${month}-01`, lastOn: `${month}-30` });
    expect(of('2027-03')).toEqual([{ vatKind: 'standard_20', rateBp: 2_000, netMinor: 1_000, vatMinor: 200 }]);
    expect(of('2027-04')).toEqual([{ vatKind: 'standard_20', rateBp: 2_000, netMinor: 500, vatMinor: 100 }]);
    expect(of('2027-06')).toEqual([]);
  });

  test('what carries no VAT is listed with what was invoiced', () => {
    const exempt = issued(draft({ seller: association(), lines: [line({ vatKind: 'exempt_261_7_1a' })] }));
    expect(vatSummary([exempt], [], always)).toEqual([
      { vatKind: 'exempt_261_7_1a', rateBp: 0, netMinor: 1_200, vatMinor: 0 },
    ]);
  });

  test('for any invoices, paid in any parts: the months make the whole, which is the VAT on the invoices and in the accounts', () => {
    fc.assert(
      fc.property(fc.array(paidInvoice, { maxLength: 5 }), (lives) => {
        const numbered = lives.map(({ invoice, payments, mean }, index) => {
          const number = `A-F-2027-00000${index}`;
          return {
            mean,
            invoice: { ...invoice, number },
            payments: payments.map((payment) => ({ ...payment, invoiceNumber: number })),
          };
        });
        const invoices = numbered.map(({ invoice }) => invoice);
        const payments = numbered.flatMap((life) => life.payments);
        const byMonth = months.flatMap((month) => vatSummary(invoices, payments, month));
        const sumBy = (rows: ReturnType<typeof vatSummary>, field: 'netMinor' | 'vatMinor') =>
          sumMinor(rows.map((row) => row[field]));
        const whole = vatSummary(invoices, payments, always);
        for (const field of ['netMinor', 'vatMinor'] as const) expect(sumBy(byMonth, field)).toBe(sumBy(whole, field));
        expect(sumBy(whole, 'vatMinor')).toBe(sumMinor(invoices.map(({ totals }) => totals.vatMinor)));
        const accounts = numbered.flatMap(postedAll);
        expect(sumMinor((['vat_20', 'vat_10', 'vat_5_5'] as const).map((name) => -balanceOf(accounts, name)))).toBe(
          sumBy(whole, 'vatMinor'),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('the sales journal: documents by number, credit notes below zero, its sums those of its rows', () => {
    const sale = issued(draft(), 'A-F-2027-000002');
    const note = issued(
      draft({
        kind: 'credit_note',
        preceding: [{ number: sale.number, issuedOn: sale.issuedOn }],
        lines: [line({ totalMinor: 600 })],
      }),
      'A-A-2027-000001',
    );
    const later = issued(draft({ issuedOn: '2027-04-01' }), 'A-F-2027-000003');
    const journal = salesJournal([later, sale, note], { firstOn: '2027-03-01', lastOn: '2027-03-31' });
    expect(journal.rows.map(({ number, grossMinor }) => [number, grossMinor])).toEqual([
      ['A-A-2027-000001', -600],
      ['A-F-2027-000002', 1_200],
    ]);
    expect(journal).toMatchObject({ netMinor: 500, vatMinor: 100, grossMinor: 600 });
  });
});

describe('closing', () => {
  const books: BooksState = {
    exerciseFirstOn: '2027-01-01',
    exerciseLastOn: '2027-12-31',
    closedThroughOn: '2027-02-28',
  };
  const written = (on: string, number = 1): LedgerEntry => ({
    ...(entryOf('OD', piece({ on }), [{ debit: 'cash', credit: 'bank', minor: 5 }]) as EntryDraft),
    number,
    validatedOn: null,
  });

  test('nothing is dated back into a closed period, nor out of the exercise', () => {
    const reason = (on: string) => {
      const answer = mayPost(books, on);
      return answer.ok ? 'ok' : answer.reason;
    };
    expect(['2026-12-31', '2027-02-28', '2027-03-01', '2027-12-31', '2028-01-01'].map(reason)).toEqual([
      'outside_exercise',
      'period_closed',
      'ok',
      'ok',
      'outside_exercise',
    ]);
  });

  test('goes forward, once it is over, and makes the entries final', () => {
    const entries = [written('2027-03-31'), written('2027-04-01', 2)];
    const close = (through: string, today = '2027-04-05', of: readonly LedgerEntry[] = entries) => {
      const answer = closeBooks(books, of, through, today);
      return answer.ok ? answer.value : answer.reason;
    };
    expect(close('2027-03-31')).toMatchObject({
      books: { closedThroughOn: '2027-03-31' },
      entries: [{ validatedOn: '2027-04-05' }, { validatedOn: null }],
    });
    expect([close('2027-02-28'), close('2027-03-31', '2027-03-31'), close('2028-01-01', '2028-02-01')]).toEqual([
      'already_closed',
      'not_over',
      'outside_exercise',
    ]);
    const [entry] = entries as [LedgerEntry, LedgerEntry];
    expect(close('2027-03-31', '2027-04-05', [{ ...entry, lines: entry.lines.slice(0, 1) }])).toBe('out_of_balance');
    expect(nextEntryNumber(entries, 'OD')).toBe(3);
    expect(nextEntryNumber(entries, 'VE')).toBe(1);
  });
});

describe('the FEC', () => {
  const exercise = { siren: '732829320', firstOn: '2027-01-01', lastOn: '2027-12-31' };
  const name = fecFileName(exercise.siren, exercise.lastOn);
  const numbered = (drafts: readonly EntryDraft[], validatedOn: string | null = '2028-01-15'): LedgerEntry[] => {
    const entries: LedgerEntry[] = [];
    for (const entry of drafts)
      entries.push({ ...entry, number: nextEntryNumber(entries, entry.journal), validatedOn });
    return entries;
  };
  const found = (text: string, of = name) => checkFec({ name: of, text }, exercise).map(({ kind }) => kind);
  const sample = numbered([
    postInvoice(issued(draft()), customer, ['services']) as EntryDraft,
    postPayment(
      { mean: 'cheque', amountMinor: 600, paidBeforeMinor: 0, customer, invoice: issued(draft()) },
      piece(),
    ) as EntryDraft,
    postProviderFee(35, piece({ label: 'Frais\tet | autres\n' })) as EntryDraft,
  ]);

  test('has its name, its header and a row for each line', () => {
    expect(name).toBe('732829320FEC20271231.txt');
    expect(() => fecFileName('12', '2027-12-31')).toThrow(RangeError);
    const rows = writeFec(sample).split('\r\n');
    expect(rows[0]?.split('\t')).toEqual([...FEC_COLUMNS]);
    expect(rows).toHaveLength(1 + 3 + 4 + 2 + 1);
    expect(rows.slice(1).find((row) => row.startsWith('VE'))).toBe(
      'VE\tVentes\t1\t20270315\t411000\tClients\tC0001\tAtelier Durand\tANN-F-2027-000001\t20270315\tFacture Atelier Durand\t12,00\t0,00\t\t\t20280115\t\t',
    );
    expect(writeFec(sample, { separator: 'pipe' })).toContain('Frais et autres');
    expect(found(writeFec(sample))).toEqual([]);
    expect(found(writeFec(sample, { separator: 'pipe' }))).toEqual([]);
  });

  test('for any lives of invoices in an exercise: nothing is found', () => {
    fc.assert(
      fc.property(
        fc.array(paidInvoice, { maxLength: 6 }),
        fc.constantFrom('tab' as const, 'pipe' as const),
        (lives, separator) => {
          const entries = numbered(lives.flatMap(postedAll).map((entry) => ({ ...entry, on: '2027-06-01' })));
          expect(found(writeFec(entries, { separator }))).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('what an inspector would find is found', () => {
    const text = writeFec(sample);
    const change = (from: string | RegExp, to: string) => {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      return found(changed);
    };
    expect(found(text, 'fec.txt')).toEqual(['file_name']);
    expect(change('EcritureNum', 'Numero')).toEqual(['header']);
    expect(change('\tC0001', '')).toContain('columns');
    expect(change('\tClients\t', '\t\t')).toEqual(['empty_field']);
    expect(change('\t20270315\t411000', '\t20270231\t411000')).toEqual(['not_a_date']);
    expect(change('\t20270315\t411000', '\t20261231\t411000')).toEqual(['outside_exercise']);
    expect(change('\t411000\t', '\tCLIENT\t')).toEqual(['not_an_account']);
    expect(change('12,00', '12.00')).toContain('not_an_amount');
    expect(change('12,00\t0,00', '12,00\t12,00')).toContain('both_sides');
    expect(change('12,00', '12,01')).toEqual(['entry_out_of_balance', 'file_out_of_balance']);
    expect(
      found(
        writeFec(
          sample.map((entry) =>
            entry.journal === 'PR' ? { ...entry, number: 1 } : { ...entry, number: entry.number * 2 - 1 },
          ),
        ),
      ),
    ).toEqual([]);
    const gap = numbered([...sample, ...sample, ...sample]).filter(
      ({ journal, number }) => !(journal === 'VE' && number === 2),
    );
    expect(found(writeFec(gap))).toEqual(['sequence']);
    const rows = text.split('\r\n');
    const early = writeFec(numbered(sample, '2027-05-01')).split('\r\n').slice(1);
    expect(found([...rows.slice(0, -1), ...early].join('\r\n'))).toContain('out_of_order');
  });

  test('the first and the last day of the exercise are in it', () => {
    const on = (day: string) => found(writeFec(numbered(sample.map((entry) => ({ ...entry, on: day })))));
    expect([on('2027-01-01'), on('2027-12-31')]).toEqual([[], []]);
    expect(new Set([...on('2026-12-31'), ...on('2028-01-01')])).toEqual(new Set(['outside_exercise']));
  });

  test('other currencies have their amount and their code, euros neither', () => {
    const francs = numbered([
      entryOf('OD', piece({ currency: 'CHF' }), [{ debit: 'cash', credit: 'bank', minor: 1_250 }]) as EntryDraft,
    ]);
    expect(
      writeFec(francs)
        .split('\r\n')
        .slice(1, 3)
        .map((row) => row.split('\t').slice(16)),
    ).toEqual([
      ['12,50', 'CHF'],
      ['-12,50', 'CHF'],
    ]);
  });

  test('its bytes are those of ISO 8859-15', () => {
    expect([...encodeFec('é€Œœ')]).toEqual([0xe9, 0xa4, 0xbc, 0xbd]);
    expect([...encodeFec('l’été – ok…')]).toEqual([...encodeFec("l'été - ok...")]);
    expect([...encodeFec('ő漢¤🪴')]).toEqual([0x6f, 0x3f, 0x3f, 0x3f]);
    expect(encodeFec(writeFec(sample)).every((byte) => byte < 0x100)).toBe(true);
  });
});

describe('the bank', () => {
  const format: BankCsvFormat = { separator: ';', headerRows: 1, date: 0, dateOrder: 'dmy', label: 1, amount: 2 };

  test('its file is read as banks write it', () => {
    const text =
      '\uFEFFDate;Libellé;Montant\r\n15/03/2027;"VIR ""DURAND""; loyer";1 234,56\r\n\r\n2/4/27;"FRAIS\nBANCAIRES";-12,5\r\n';
    expect(readBankCsv(text, format)).toEqual({
      lines: [
        { row: 2, on: '2027-03-15', label: 'VIR "DURAND"; loyer', amountMinor: 123_456 },
        { row: 4, on: '2027-04-02', label: 'FRAIS BANCAIRES', amountMinor: -1_250 },
      ],
      problems: [],
    });
    expect(readBankCsv('\uFEFF15/03/2027;x;1', { ...format, headerRows: 0 }).lines).toHaveLength(1);
    const two: BankCsvFormat = {
      ...format,
      separator: ',',
      headerRows: 0,
      dateOrder: 'ymd',
      amount: { debit: 2, credit: 3 },
    };
    expect(
      readBankCsv('2027-03-15,a,"12,50",\n2027-03-15,b,-12.50,\n2027-03-15,c,,3', two).lines.map(
        ({ amountMinor }) => amountMinor,
      ),
    ).toEqual([-1_250, -1_250, 300]);
  });

  test('what cannot be read is named, never guessed', () => {
    const { lines, problems } = readBankCsv('h\n31/02/2027;a;1\n15/03/2027;b;un\n15/03/2027;c\n15/03/2027;d;0', format);
    expect(lines).toEqual([]);
    expect(problems).toEqual([
      { row: 2, kind: 'not_a_date' },
      { row: 3, kind: 'not_an_amount' },
      { row: 4, kind: 'too_few_columns' },
      { row: 5, kind: 'not_an_amount' },
    ]);
  });

  const item = (id: string, amountMinor: number, more: Partial<OpenItem> = {}): OpenItem => ({
    id,
    kind: 'invoice',
    reference: `ANN-F-2027-00000${id}`,
    name: `Client ${id}`,
    amountMinor,
    since: '2027-03-01',
    ...more,
  });
  const bank = (row: number, label: string, amountMinor: number, on = '2027-03-15'): BankLine => ({
    row,
    on,
    label,
    amountMinor,
  });
  const proposed = (lines: BankLine[], items: OpenItem[]) =>
    proposeMatches(lines, items).map(({ row, itemIds, confidence, reason }) => [
      row,
      itemIds.join('+'),
      confidence,
      reason,
    ]);

  test('a reference and the amount are certain, however the bank writes it', () => {
    expect(
      proposed([bank(1, 'VIR SEPA ann f 2027 000001 MERCI', 1_200)], [item('1', 1_200), item('2', 1_200)]),
    ).toEqual([[1, '1', 'certain', 'reference_and_amount']]);
    expect(
      proposed(
        [bank(1, 'ANNF2027000001 ANNF2027000002', 3_000)],
        [item('1', 1_200), item('2', 1_800), item('3', 3_000)],
      ),
    ).toEqual([[1, '1+2', 'certain', 'references_and_sum']]);
  });

  test('a name, or a part of what is owed, is likely; an amount alone is possible where one item has it, in its time', () => {
    expect(proposed([bank(1, 'VIR DURAND', 1_200)], [item('1', 1_200, { name: 'Durand' }), item('2', 1_200)])).toEqual([
      [1, '1', 'likely', 'name_and_amount'],
    ]);
    expect(proposed([bank(1, 'acompte ANN-F-2027-000001', 500)], [item('1', 1_200)])).toEqual([
      [1, '1', 'likely', 'reference_and_part'],
    ]);
    expect(proposed([bank(1, 'x', 1_200)], [item('1', 1_200)])).toEqual([[1, '1', 'possible', 'amount_only']]);
    expect(proposed([bank(1, 'x', 1_200)], [item('1', 1_200), item('2', 1_200)])).toEqual([]);
    expect(proposed([bank(1, 'x', 1_200, '2027-04-30')], [item('1', 1_200)])).toHaveLength(1);
    expect(proposed([bank(1, 'x', 1_200, '2027-05-01')], [item('1', 1_200)])).toEqual([]);
    expect(proposed([bank(1, 'x', 1_200, '2027-02-28')], [item('1', 1_200)])).toHaveLength(1);
    expect(proposed([bank(1, 'x', 1_200, '2027-02-27')], [item('1', 1_200)])).toEqual([]);
    expect(proposed([bank(1, 'ANN-F-2027-000001', -500)], [item('1', 1_200)])).toEqual([]);
  });

  test('an item goes to the line that names it, not to the one before with its amount', () => {
    expect(
      proposed(
        [bank(1, 'x', 1_200), bank(2, 'ANN-F-2027-000001', 1_200), bank(3, 'ANN-F-2027-000001', 1_200)],
        [item('1', 1_200)],
      ),
    ).toEqual([[2, '1', 'certain', 'reference_and_amount']]);
  });

  test('for any lines and items: one proposal a line, an item whole to one line, and sums that are those of the bank', () => {
    const amount = fc.constantFrom(100, 200, 300, -100);
    const items = fc
      .array(amount, { maxLength: 8 })
      .map((all) => all.map((minor, index) => item(String(index), minor)));
    const lines = fc
      .array(fc.record({ minor: amount, names: fc.array(fc.nat({ max: 8 }), { maxLength: 3 }) }), { maxLength: 8 })
      .map((all) =>
        all.map(({ minor, names }, index) =>
          bank(index + 1, names.map((id) => `ANN-F-2027-00000${id}`).join(' '), minor),
        ),
      );
    fc.assert(
      fc.property(lines, items, (some, open) => {
        const proposals = proposeMatches(some, open);
        expect(new Set(proposals.map(({ row }) => row)).size).toBe(proposals.length);
        const whole = proposals.filter(({ reason }) => reason !== 'reference_and_part');
        const ids = whole.flatMap(({ itemIds }) => itemIds);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { row, itemIds } of whole) {
          const sum = sumMinor(itemIds.map((id) => (open.find((each) => each.id === id) as OpenItem).amountMinor));
          expect(sum).toBe((some[row - 1] as BankLine).amountMinor);
        }
      }),
    );
  });

  test('a payout is what was charged, less refunds and fees, to the cent', () => {
    const parts = [
      { amountMinor: 1_200, feeMinor: 42 },
      { amountMinor: -300, feeMinor: 0 },
    ];
    expect(checkPayout(858, parts)).toEqual({ ok: true, value: 858 });
    expect(checkPayout(857, parts)).toEqual({ ok: false, reason: 'payout_differs', detail: { differenceMinor: -1 } });
  });
});

test('a draft of any regime can be booked', () => {
  const of = (from: InvoiceDraft) => postInvoice(issued(from), customer, []);
  expect(told(of(draft({ seller: association(), lines: [line({ vatKind: 'exempt_261_7_1a' })] })))).toEqual([
    '411 D 1200',
    '706 C 1200',
  ]);
  expect(told(of(draft({ lines: [line({ vatKind: 'out_of_scope' })] })))).toEqual(['411 D 1200', '706 C 1200']);
});
