import {
  addDays,
  type ChainHead,
  type ChainLink,
  type Closing,
  checkTillRecord,
  closeCashDesk,
  closeDay,
  closePeriod,
  correctionOf,
  EURO_PIECES,
  type JournalledRecord,
  mayCollect,
  mayRecordOn,
  nextLink,
  PAYMENT_MEANS,
  type PaymentMean,
  payfipRequest,
  type RegieAct,
  receiptVat,
  regieStatement,
  sumMinor,
  type TillRecord,
  verifyArchive,
  verifyChain,
  writeArchive,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from './billing-facts.ts';

const AT = 1_800_000_000_000;
const record = (totalMinor: number, on: string, more: Partial<TillRecord> = {}): TillRecord => ({
  kind: totalMinor < 0 ? 'refund' : 'takings',
  receiptNumber: 'ANN-Q-2027-000001',
  at: AT,
  on,
  tillId: 'till',
  invoiceNumber: null,
  corrects: null,
  currency: 'EUR',
  lines: [
    {
      label: 'Journée',
      quantityHundredths: 100,
      unitPriceMinor: totalMinor,
      totalMinor,
      vatKind: 'standard_20',
      rateBp: 2_000,
      nature: 'service',
    },
  ],
  payments: [{ mean: 'cash', amountMinor: totalMinor }],
  totalMinor,
  ...more,
});

/** A journal as its table would be. */
class Journal {
  readonly links: ChainLink[] = [];
  readonly records: JournalledRecord[] = [];

  add(of: TillRecord): void {
    expect(checkTillRecord(of)).toEqual([]);
    const last = this.links.at(-1) ?? null;
    const link = nextLink('payments', last, of, sha256);
    this.links.push(link);
    this.records.push({ sequence: link.sequence, hash: link.hash, record: of });
  }

  after(last: Closing | null): JournalledRecord[] {
    return this.records.filter(({ sequence }) => sequence > (last?.lastSequence ?? 0));
  }
}

const close = (on: string, journal: Journal, last: Closing | null) =>
  closeDay(on, journal.after(last), last, { at: AT, currency: 'EUR' });
const closed = (on: string, journal: Journal, last: Closing | null): Closing => {
  const answer = close(on, journal, last);
  if (!answer.ok) throw new Error(answer.reason);
  return answer.value;
};

describe('a record of the journal', () => {
  test('is one amount: of its lines, its payments and its total', () => {
    const good = record(1_200, '2027-03-15');
    const found = (more: Partial<TillRecord>) => checkTillRecord({ ...good, ...more });
    expect(found({})).toEqual([]);
    expect(
      found({
        payments: [
          { mean: 'cash', amountMinor: 1_000 },
          { mean: 'cheque', amountMinor: 200 },
        ],
      }),
    ).toEqual([]);
    expect(found({ payments: [{ mean: 'cash', amountMinor: 1_199 }] })).toEqual(['payments_do_not_add_up']);
    expect(found({ totalMinor: 1_201 })).toEqual(['lines_do_not_add_up', 'payments_do_not_add_up']);
    expect(found({ lines: [], payments: [], totalMinor: 0 })).toEqual(['nothing']);
    expect(checkTillRecord({ ...record(-5, '2027-03-15'), kind: 'takings' })).toEqual(['wrong_sign']);
    expect(checkTillRecord({ ...good, kind: 'refund' })).toEqual(['wrong_sign']);
    expect(found({ kind: 'correction' })).toEqual(['corrects_nothing']);
    expect(found({ corrects: 3 })).toEqual(['corrects_nothing']);
  });

  test('is undone by its opposite, VAT and all', () => {
    const journal = new Journal();
    journal.add(record(1_203, '2027-03-15'));
    const undo = correctionOf(journal.records[0] as JournalledRecord, {
      receiptNumber: 'ANN-Q-2027-000002',
      at: AT,
      on: '2027-03-16',
    });
    journal.add(undo);
    expect(undo).toMatchObject({ kind: 'correction', corrects: 1, totalMinor: -1_203, on: '2027-03-16' });
    const [plus, minus] = journal.records.map((each) => receiptVat(each.record)[0]);
    expect([(plus?.vatMinor ?? 0) + (minus?.vatMinor ?? 1), (plus?.netMinor ?? 0) + (minus?.netMinor ?? 1)]).toEqual([
      0, 0,
    ]);
  });
});

describe('closings', () => {
  test('a day: takings, refunds, means, VAT, and the grand totals that never begin again', () => {
    const journal = new Journal();
    journal.add(record(1_200, '2027-03-15'));
    journal.add(record(600, '2027-03-15', { payments: [{ mean: 'cheque', amountMinor: 600 }] }));
    journal.add(record(-300, '2027-03-15'));
    journal.add(record(900, '2027-03-16'));
    const monday = closed('2027-03-15', journal, null);
    expect(monday).toMatchObject({
      firstSequence: 1,
      lastSequence: 3,
      records: 3,
      takingsMinor: 1_800,
      refundsMinor: -300,
      totalMinor: 1_500,
      byMean: [
        { mean: 'cash', amountMinor: 900 },
        { mean: 'cheque', amountMinor: 600 },
      ],
      byVat: [{ vatKind: 'standard_20', rateBp: 2_000, totalMinor: 1_500, netMinor: 1_250, vatMinor: 250 }],
      perpetualMinor: 1_500,
      perpetualTakingsMinor: 1_800,
      journalHash: journal.links[2]?.hash,
    });
    const tuesday = closed('2027-03-16', journal, monday);
    expect(tuesday).toMatchObject({
      firstSequence: 4,
      lastSequence: 4,
      totalMinor: 900,
      perpetualMinor: 2_400,
      perpetualTakingsMinor: 2_700,
    });
    const wednesday = closed('2027-03-17', journal, tuesday);
    expect(wednesday).toMatchObject({
      records: 0,
      firstSequence: 5,
      lastSequence: 4,
      perpetualMinor: 2_400,
      journalHash: journal.links[3]?.hash,
    });
  });

  test('a day is closed once, after the days before it, and of a whole journal', () => {
    const journal = new Journal();
    journal.add(record(1, '2027-03-15'));
    journal.add(record(2, '2027-03-16'));
    const reason = (answer: ReturnType<typeof close>) => (answer.ok ? 'ok' : answer.reason);
    expect(reason(close('2027-03-16', journal, null))).toBe('earlier_day_open');
    const monday = closed('2027-03-15', journal, null);
    expect(reason(close('2027-03-15', journal, monday))).toBe('already_closed');
    expect(reason(close('2027-03-14', journal, monday))).toBe('already_closed');
    expect(reason(closeDay('2027-03-15', journal.records.slice(1), null, { at: AT, currency: 'EUR' }))).toBe(
      'journal_incomplete',
    );
    expect(reason(closeDay('2027-03-15', journal.records, null, { at: AT, currency: 'CHF' }))).toBe('other_currency');
    journal.add(record(3, '2027-03-15'));
    expect(reason(closeDay('2027-03-15', journal.records, null, { at: AT, currency: 'EUR' }))).toBe(
      'journal_incomplete',
    );
  });

  test('a month has no day of another month, a year no day at all', () => {
    const journal = new Journal();
    journal.add(record(1, '2027-02-28'));
    journal.add(record(2, '2027-03-01'));
    const february = closed('2027-02-28', journal, null);
    const march = closed('2027-03-01', journal, february);
    const span = { firstOn: '2027-03-01', lastOn: '2027-03-31' };
    const month = (parts: Closing[], last: Closing | null = null) => {
      const answer = closePeriod('month', span, parts, last, AT);
      return answer.ok ? answer.value.totalMinor : answer.reason;
    };
    expect(month([february, march])).toBe('part_missing');
    expect(month([march])).toBe('part_missing');
    expect(month([])).toBe('part_missing');
    expect(month([march], { ...february, period: 'month' })).toBe(2);
    expect(month([march], { ...february, period: 'month', lastOn: '2027-03-01' })).toBe('already_closed');
    expect(closePeriod('month', { firstOn: '2027-02-01', lastOn: '2027-02-28' }, [february], null, AT).ok).toBe(true);
    expect(closePeriod('month', { firstOn: '2027-02-01', lastOn: '2027-02-28' }, [february, march], null, AT).ok).toBe(
      false,
    );
    expect(closePeriod('year', { firstOn: '2027-01-01', lastOn: '2027-12-31' }, [february], null, AT).ok).toBe(false);
    const swiss = { ...march, currency: 'CHF' };
    const all = { firstOn: '2027-02-01', lastOn: '2027-03-31' };
    expect(closePeriod('month', all, [february, swiss], null, AT)).toEqual({ ok: false, reason: 'other_currency' });
  });

  test('nothing is recorded for a closed day, nor before the last record', () => {
    expect([
      mayRecordOn('2027-03-15', '2027-03-15', null),
      mayRecordOn('2027-03-16', '2027-03-15', null),
      mayRecordOn('2027-03-16', null, '2027-03-17'),
      mayRecordOn('2027-03-17', null, '2027-03-17'),
    ]).toEqual([false, true, false, true]);
  });

  const mean = fc.constantFrom<PaymentMean>(...PAYMENT_MEANS);
  const records = fc
    .array(
      fc.record({
        minor: fc.integer({ min: -20_000, max: 90_000 }),
        step: fc.nat({ max: 9 }),
        mean,
        rateBp: fc.constantFrom(2_000, 1_000, 0),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map((all) => {
      let on = '2027-01-01';
      return all.map(({ minor, step, mean: of, rateBp }) => {
        on = addDays(on, step);
        const vatKind =
          rateBp === 2_000
            ? ('standard_20' as const)
            : rateBp === 1_000
              ? ('reduced_10' as const)
              : ('exempt_293b' as const);
        return record(minor, on, {
          payments: [{ mean: of, amountMinor: minor }],
          lines: [
            {
              label: 'x',
              quantityHundredths: 100,
              unitPriceMinor: minor,
              totalMinor: minor,
              vatKind,
              rateBp,
              nature: 'service' as const,
            },
          ],
        });
      });
    });

  test('for any journal: days make months, months make the year, every sum is that of the records', () => {
    fc.assert(
      fc.property(records, (all) => {
        const journal = new Journal();
        for (const each of all) journal.add(each);
        const days: Closing[] = [];
        for (const on of new Set(all.map((each) => each.on))) days.push(closed(on, journal, days.at(-1) ?? null));
        const months: Closing[] = [];
        for (const [month, of] of Map.groupBy(days, ({ firstOn }) => firstOn.slice(0, 7))) {
          const lastOn = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 31 }).toString();
          const answer = closePeriod('month', { firstOn: `${month}-01`, lastOn }, of, months.at(-1) ?? null, AT);
          if (!answer.ok) throw new Error(answer.reason);
          months.push(answer.value);
          if (of.length > 1)
            expect(
              closePeriod('month', { firstOn: `${month}-01`, lastOn }, of.slice(1), months.at(-2) ?? null, AT),
            ).toMatchObject({ ok: false });
          if (of.length > 2)
            expect(
              closePeriod('month', { firstOn: `${month}-01`, lastOn }, of.toSpliced(1, 1), months.at(-2) ?? null, AT),
            ).toMatchObject({ reason: 'part_missing' });
        }
        const lastOn = addDays((days.at(-1) as Closing).lastOn, 31);
        const year = closePeriod('year', { firstOn: '2027-01-01', lastOn }, months, null, AT);
        if (!year.ok) throw new Error(year.reason);
        const totals = all.map(({ totalMinor }) => totalMinor);
        for (const closing of [year.value, days.at(-1) as Closing]) {
          expect(closing.perpetualMinor).toBe(sumMinor(totals));
          expect(closing.perpetualTakingsMinor).toBe(sumMinor(totals.filter((minor) => minor > 0)));
          expect(closing.journalHash).toBe(journal.links.at(-1)?.hash);
        }
        expect(year.value).toMatchObject({
          records: all.length,
          totalMinor: sumMinor(totals),
          firstSequence: 1,
          lastSequence: all.length,
        });
        for (const closing of [...days, ...months, year.value]) {
          expect(sumMinor(closing.byMean.map(({ amountMinor }) => amountMinor))).toBe(closing.totalMinor);
          expect(sumMinor(closing.byVat.map(({ totalMinor }) => totalMinor))).toBe(closing.totalMinor);
          expect(closing.byVat.every(({ totalMinor, netMinor, vatMinor }) => netMinor + vatMinor === totalMinor)).toBe(
            true,
          );
          expect(closing.takingsMinor + closing.refundsMinor).toBe(closing.totalMinor);
        }
        // A closing is the head kept elsewhere: a journal cut short behind it is found.
        const head: ChainHead = { sequence: year.value.lastSequence, hash: year.value.journalHash as string };
        expect(verifyChain('payments', journal.links, sha256, { head }).ok).toBe(true);
        expect(verifyChain('payments', journal.links.slice(0, -1), sha256, { head }).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the archive', () => {
  const journal = new Journal();
  for (const minor of [1_200, 600, -300]) journal.add(record(minor, '2027-03-15'));
  const closings = [nextLink('closings', null, closed('2027-03-15', journal, null), sha256)];
  const header = {
    structure: { name: 'Le Mitoyen', siren: '732829320' },
    software: { name: 'Mitoyen', version: '0.1.0' },
    firstOn: '2027-03-01',
    lastOn: '2027-03-31',
    paymentsAfter: null,
    closingsAfter: null,
  };
  const archive = writeArchive(header, { payments: journal.links, closings }, sha256);

  test('is read and found whole years later, with nothing but itself', () => {
    expect(verifyArchive(archive, sha256)).toMatchObject({
      ok: true,
      value: { payments: 3, closings: 1, lastOn: '2027-03-31' },
    });
    expect(archive.split('\n')).toHaveLength(7);
    const [first, ...rest] = journal.links as [ChainLink, ...ChainLink[]];
    const later = writeArchive(
      { ...header, paymentsAfter: { sequence: 1, hash: first.hash } },
      { payments: rest, closings },
      sha256,
    );
    expect(verifyArchive(later, sha256).ok).toBe(true);
  });

  test('any letter changed is found; so is a link changed by somebody who seals anew', () => {
    fc.assert(
      fc.property(fc.nat({ max: archive.length - 1 }), (at) => {
        const changed = `${archive.slice(0, at)}${archive[at] === '7' ? '8' : '7'}${archive.slice(at + 1)}`;
        expect(verifyArchive(changed, sha256).ok).toBe(false);
      }),
    );
    const forged = journal.links.map((link) => ({ ...link, body: link.body.replaceAll('1200', '1100') }));
    expect(verifyArchive(writeArchive(header, { payments: forged, closings }, sha256), sha256)).toEqual({
      ok: false,
      reason: 'payments_broken',
    });
    expect(
      verifyArchive(
        writeArchive(header, { payments: journal.links, closings: [...closings, ...closings] }, sha256),
        sha256,
      ),
    ).toEqual({ ok: false, reason: 'closings_broken' });
    expect(verifyArchive('', sha256)).toEqual({ ok: false, reason: 'not_an_archive' });
    // A line taken out by somebody who seals anew: the header says how many there were.
    const lines = archive.split('\n').slice(0, -3);
    const body = `${lines.join('\n')}\n`;
    const resealed = `${body}${JSON.stringify({ sha256: sha256(new TextEncoder().encode(body)) })}\n`;
    expect(verifyArchive(resealed, sha256)).toEqual({ ok: false, reason: 'not_an_archive' });
  });
});

describe('the cash desk', () => {
  const day = [
    record(2_000, '2027-03-15'),
    record(-500, '2027-03-15'),
    record(900, '2027-03-15', { payments: [{ mean: 'card_terminal', amountMinor: 900 }] }),
  ];
  const count = (...pieces: [number, number][]) => ({ pieces: new Map(pieces) });

  test('what is counted against what should be there', () => {
    expect(
      closeCashDesk(
        5_000,
        day,
        [{ amountMinor: -1_000, reason: 'banque' }],
        count([2_000, 2], [1_000, 1], [200, 2], [50, 2]),
      ),
    ).toEqual({
      floatMinor: 5_000,
      byMean: [
        { mean: 'cash', amountMinor: 1_500 },
        { mean: 'card_terminal', amountMinor: 900 },
      ],
      cashTakingsMinor: 1_500,
      movementsMinor: -1_000,
      expectedMinor: 5_500,
      countedMinor: 5_500,
      differenceMinor: 0,
      toBankMinor: 500,
    });
  });

  test('a coin missing is said, one too many too', () => {
    expect(closeCashDesk(5_000, [], [], count([2_000, 2], [500, 1], [200, 2]))).toMatchObject({
      differenceMinor: -100,
      toBankMinor: 0,
    });
    expect(closeCashDesk(5_000, [], [], count([5_000, 1], [100, 1])).differenceMinor).toBe(100);
    expect(EURO_PIECES.reduce((sum, value) => sum + value, 0)).toBe(88_888);
  });
});

describe('a régie', () => {
  const act: RegieAct = {
    number: '2024-17',
    means: ['cash', 'cheque', 'payfip', 'card_online'],
    productIds: ['desk'],
    maxCashMinor: 50_000,
    maxHeldMinor: 80_000,
  };
  const ask = (mean: PaymentMean, amountMinor = 1_000, held = { cashMinor: 0, totalMinor: 0 }, productId = 'desk') => {
    const answer = mayCollect(act, { mean, productId, amountMinor, on: '2027-03-15' }, held);
    return answer.ok ? 'ok' : answer.reason;
  };

  test('takes only the means of its act, and never through a private provider, even if the act says so', () => {
    expect([ask('cash'), ask('payfip'), ask('card_terminal'), ask('card_online'), ask('sepa_debit')]).toEqual([
      'ok',
      'ok',
      'mean_not_in_act',
      'mean_not_public',
      'mean_not_public',
    ]);
    expect(ask('cash', 1_000, undefined, 'room')).toBe('product_not_in_act');
  });

  test('300 euros in cash, not a cent more; hands over before it holds too much', () => {
    expect([ask('cash', 30_000), ask('cash', 30_001), ask('cheque', 30_001)]).toEqual([
      'ok',
      'cash_above_legal_limit',
      'ok',
    ]);
    expect([
      ask('cash', 1_000, { cashMinor: 49_000, totalMinor: 49_000 }),
      ask('cash', 1_001, { cashMinor: 49_000, totalMinor: 49_000 }),
    ]).toEqual(['ok', 'hand_over_first']);
    expect([
      ask('cheque', 1_000, { cashMinor: 0, totalMinor: 79_000 }),
      ask('cheque', 1_001, { cashMinor: 0, totalMinor: 79_000 }),
    ]).toEqual(['ok', 'hand_over_first']);
  });

  test('its statement is the sum of its receipts, by means and by what was sold', () => {
    const records = [
      record(1_000, '2027-02-28'),
      record(2_000, '2027-03-01', { receiptNumber: 'a' }),
      record(300, '2027-03-31', {
        receiptNumber: 'b',
        payments: [{ mean: 'cheque', amountMinor: 300 }],
        lines: [
          {
            label: 'Salle',
            quantityHundredths: 100,
            unitPriceMinor: 300,
            totalMinor: 300,
            vatKind: 'out_of_scope',
            rateBp: 0,
            nature: 'service',
          },
        ],
      }),
    ];
    expect(regieStatement(act, records, { firstOn: '2027-03-01', lastOn: '2027-03-31' })).toEqual({
      actNumber: '2024-17',
      firstOn: '2027-03-01',
      lastOn: '2027-03-31',
      firstReceipt: 'a',
      lastReceipt: 'b',
      receipts: 2,
      byMean: [
        { mean: 'cash', amountMinor: 2_000 },
        { mean: 'cheque', amountMinor: 300 },
      ],
      byLabel: [
        { label: 'Journée', amountMinor: 2_000 },
        { label: 'Salle', amountMinor: 300 },
      ],
      totalMinor: 2_300,
    });
  });

  test('PayFiP is told a debt in its form', () => {
    const debt = {
      clientNumber: '012345',
      year: 2027,
      reference: 'ANN2027000042',
      subject: 'Loyer été n° 4',
      amountMinor: 4_550,
      email: 'lea@example.org',
      mode: 'test' as const,
    };
    expect(payfipRequest(debt)).toEqual({
      ok: true,
      value: {
        numcli: '012345',
        exer: '2027',
        refdet: 'ANN2027000042',
        objet: 'Loyer ete n 4',
        montant: '4550',
        mel: 'lea@example.org',
        saisie: 'T',
      },
    });
    const reason = (more: Partial<typeof debt>) => {
      const answer = payfipRequest({ ...debt, ...more });
      return answer.ok ? 'ok' : answer.reason;
    };
    expect([
      reason({ clientNumber: '12345' }),
      reason({ reference: 'ANN-1' }),
      reason({ amountMinor: 99 }),
      reason({ amountMinor: 100 }),
      reason({ amountMinor: 9_999_999 }),
      reason({ amountMinor: 10_000_000 }),
      reason({ email: 'x' }),
    ]).toEqual([
      'not_a_client_number',
      'not_a_reference',
      'not_an_amount',
      'ok',
      'ok',
      'not_an_amount',
      'not_an_address',
    ]);
  });
});
