import {
  type Coverage,
  type CreditEntry,
  checkEn16931,
  checkEntry,
  checkFec,
  checkWallet,
  closeDay,
  coverageFor,
  drawCredits,
  type EntryDraft,
  explainQuote,
  fecFileName,
  hoursGrant,
  type LedgerEntry,
  type NewCreditEntry,
  nextEntryNumber,
  nextLink,
  postCreditUse,
  postInvoice,
  postPayment,
  refundOnCancellation,
  restoreCredits,
  spendCredits,
  type TillRecord,
  trialBalance,
  valueOfCredit,
  vatSummary,
  verifyChain,
  writeCii,
  writeFec,
} from '@mitoyen/domain';
import { expect, test } from 'vitest';
import { buyer, draft, issued, line, seller, sha256 } from './billing-facts.ts';
import { HOUR, instant, range } from './instants.ts';

/** The worked example of docs/money.md: every figure there is computed here. */
test('a pack, a booking, its cancellation, the invoice, the till and the books', () => {
  const zone = 'Europe/Paris';
  const customer = { code: 'C0001', label: 'Atelier Durand' };
  const wallet: CreditEntry[] = [];
  const append = (fresh: readonly NewCreditEntry[]) => {
    for (const entry of fresh) {
      const id = `e${wallet.length}`;
      wallet.push({ ...entry, id, grantId: entry.grantId ?? id, at: wallet.length });
    }
    expect(checkWallet(wallet)).toEqual([]);
  };

  // 1. On 1 March she buys ten hours for 48.00, good for six months, and pays by cheque.
  const hours = { kind: 'pack', minutes: 600, validMonths: 6 } as const;
  const bought = { firstOn: '2027-03-01', lastOn: '2027-03-01' };
  append([hoursGrant(hours, { walletId: 'durand', period: bought, cause: 'pack_bought' }) as NewCreditEntry]);
  expect(wallet[0]?.expiresOn).toBe('2027-08-31');
  const pack = issued(
    draft({
      issuedOn: '2027-03-01',
      suppliedOn: '2027-03-01',
      dueOn: '2027-03-31',
      lines: [line({ name: 'Carnet de 10 heures', quantityHundredths: 100, unitCode: 'C62', totalMinor: 4_800 })],
    }),
  );
  expect(pack.totals).toMatchObject({ netMinor: 4_000, vatMinor: 800, roundingMinor: 0, dueMinor: 4_800 });
  expect(checkEn16931(writeCii(pack))).toEqual([]);
  const piece = { on: '2027-03-02', ref: 'CHQ-1', label: 'Chèque Durand', currency: 'EUR' };
  const entries: (EntryDraft | null)[] = [
    postInvoice(pack, customer, ['deferred_revenue']),
    postPayment({ mean: 'cheque', amountMinor: 4_800, paidBeforeMinor: 0, customer, invoice: pack }, piece),
  ];

  // 2. She books Monday 15 March, 14:00 to 20:00. Three hours are left in another pack; the rest is 4.00 an hour, 6.00 after 18:00.
  const window = range('2027-03-15T14:00+01:00', '2027-03-15T20:00+01:00');
  const usedOn = '2027-03-15';
  append(
    spendCredits(drawCredits(wallet, { unit: 'minute', quantity: 420, usedOn }), {
      walletId: 'durand',
      unit: 'minute',
      usageId: 'earlier',
      usedOn,
      cause: 'booking',
    }),
  );
  const coverage = coverageFor([{ id: 'durand', name: 'Carnet', hours, entries: wallet }], { minutes: 360, usedOn });
  expect(coverage).toEqual<Coverage[]>([{ kind: 'credit', sourceId: 'durand', name: 'Carnet', minutes: 180 }]);
  const quote = explainQuote({
    tariff: {
      id: 't',
      currency: 'EUR',
      hourMinor: 400,
      halfDayMinor: null,
      dayMinor: null,
      halfDayHours: 4,
      vatKind: 'standard_20',
    },
    rules: [
      {
        id: 'evening',
        name: 'Après 18 h',
        when: { between: { startsAt: '18:00', endsAt: '24:00' } },
        effect: { kind: 'hour_rate', hourMinor: 600 },
        priority: 1,
      },
    ],
    coverage,
    request: {
      audience: 'professional',
      planId: null,
      resourceId: 'd',
      resourceKind: 'desk',
      partnerStructureId: null,
    },
    window,
    zone,
    now: instant('2027-03-10T09:00+01:00'),
  });
  expect(quote.lines.map(({ kind, quantityHundredths, totalMinor }) => [kind, quantityHundredths, totalMinor])).toEqual(
    [
      ['credit', 300, 0],
      ['time', 100, 400],
      ['time', 200, 1_200],
    ],
  );
  expect(quote).toMatchObject({ totalMinor: 1_600, vat: [{ vatMinor: 267 }] });
  append(
    spendCredits(drawCredits(wallet, { unit: 'minute', quantity: 180, usedOn }), {
      walletId: 'durand',
      unit: 'minute',
      usageId: 'monday',
      usedOn,
      cause: 'booking',
    }),
  );

  // 3. She cancels three hours before: half comes back, in money and in hours.
  const terms = {
    steps: [
      { hoursBefore: 24, refundBp: 10_000 },
      { hoursBefore: 2, refundBp: 5_000 },
    ],
    noShowRefundBp: 0,
  };
  const paid = { paidMinor: 1_600, creditMinutes: 180, startsAt: window.from };
  const refund = refundOnCancellation(terms, paid, window.from - 3 * HOUR, 'member');
  expect(refund).toEqual({ refundBp: 5_000, refundMinor: 800, keptMinor: 800, creditMinutes: 90 });
  append(
    restoreCredits(wallet, {
      usageId: 'monday',
      quantity: refund.creditMinutes,
      on: usedOn,
      expired: { kind: 'forfeit' },
      cause: 'cancelled',
    }).entries,
  );
  expect(wallet.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(90);

  // 4. Of the pack 510 minutes are used: 34.00 of its net price is income, 6.00 is still to come.
  const used = valueOfCredit({ quantity: 600, priceMinor: pack.totals.netMinor }, 0, 510);
  entries.push(postCreditUse({ minor: used, revenue: 'services' }, { ...piece, on: '2027-03-31', ref: 'CARNETS-03' }));
  const books = entries.filter((entry) => entry !== null);
  expect(books.flatMap(checkEntry)).toEqual([]);
  expect(trialBalance(books).map(({ account, balanceMinor }) => [account, balanceMinor])).toEqual([
    ['411000', 0],
    ['445711', -800],
    ['445800', 0],
    ['487000', -600],
    ['511200', 4_800],
    ['706000', -3_400],
  ]);
  const march = { firstOn: '2027-03-01', lastOn: '2027-03-31' };
  const payments = [{ invoiceNumber: pack.number, paidOn: '2027-03-02', amountMinor: 4_800 }];
  expect(vatSummary([pack], payments, march)).toEqual([
    { vatKind: 'standard_20', rateBp: 2_000, netMinor: 4_000, vatMinor: 800 },
  ]);
  const written: LedgerEntry[] = [];
  for (const entry of books) {
    written.push({ ...entry, number: nextEntryNumber(written, entry.journal), validatedOn: '2027-04-05' });
  }
  const siren = seller().siren as string;
  const file = { name: fecFileName(siren, '2027-12-31'), text: writeFec(written) };
  expect(checkFec(file, { siren, firstOn: '2027-01-01', lastOn: '2027-12-31' })).toEqual([]);

  // 5. The cheque is a record of the payment journal; the day is closed and the chain holds.
  const record: TillRecord = {
    kind: 'takings',
    receiptNumber: 'ANN-Q-2027-000001',
    at: instant('2027-03-02T10:00+01:00'),
    on: '2027-03-02',
    tillId: 'accueil',
    invoiceNumber: pack.number,
    corrects: null,
    currency: 'EUR',
    lines: [
      {
        label: 'Carnet de 10 heures',
        quantityHundredths: 100,
        unitPriceMinor: 4_800,
        totalMinor: 4_800,
        vatKind: 'standard_20',
        rateBp: 2_000,
        nature: 'service',
      },
    ],
    payments: [{ mean: 'cheque', amountMinor: 4_800 }],
    totalMinor: 4_800,
  };
  const link = nextLink('payments', null, record, sha256);
  const closing = closeDay('2027-03-02', [{ sequence: 1, hash: link.hash, record }], null, {
    at: record.at,
    currency: 'EUR',
  });
  expect(closing).toMatchObject({
    ok: true,
    value: { totalMinor: 4_800, perpetualMinor: 4_800, journalHash: link.hash },
  });
  expect(verifyChain('payments', [link], sha256, { head: { sequence: 1, hash: link.hash } }).ok).toBe(true);
  expect(buyer().name).toBe(customer.label);
});
