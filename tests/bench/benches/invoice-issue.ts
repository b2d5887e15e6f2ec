import { createHash } from 'node:crypto';
import { type ChainLink, checkEn16931, type InvoiceDraft, issueInvoice, nextLink, writeCii } from '@mitoyen/domain';
import { draft, line } from '../../domain/billing-facts.ts';
import type { Bench } from '../main.ts';
import { againstBaseline } from '../measure.ts';

const DOCUMENTS = 300;
const LINES = 10;
const ROUNDS = 9;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Documents of ten lines at two rates, with a reduction: the end of a month of a busy place. */
const drafts: readonly InvoiceDraft[] = Array.from({ length: DOCUMENTS }, (_, index) =>
  draft({
    lines: Array.from({ length: LINES }, (_, at) =>
      line({
        name: `Bureau ${at}`,
        totalMinor: 405 + index * 7 + at,
        vatKind: at % 3 === 0 ? 'reduced_10' : 'standard_20',
      }),
    ),
    allowances: [{ kind: 'allowance', reason: 'Fidélité', totalMinor: 100, vatKind: 'standard_20' }],
  }),
);

const bench: Bench = {
  name: 'invoice.issue',
  run() {
    const timed = (each: (from: InvoiceDraft, index: number) => void): number => {
      const startedAt = performance.now();
      drafts.forEach(each);
      return (performance.now() - startedAt) / DOCUMENTS;
    };
    const issueAll = () => {
      let last: ChainLink | null = null;
      return timed((from, index) => {
        const issued = issueInvoice(from, `ANN-F-2027-${String(index + 1).padStart(6, '0')}`);
        if (!issued.ok) throw new Error(issued.reason);
        last = nextLink('invoices', last, issued.value, sha256);
        if (checkEn16931(writeCii(issued.value)).length > 0) throw new Error('A document breaks a rule.');
      });
    };
    return againstBaseline({
      rounds: ROUNDS,
      unit: 'ms',
      note:
        `one document of ${LINES} lines: VAT, totals, mentions, link of the chain, EN 16931 XML, and the XML read back and checked; ` +
        'baseline: the draft as JSON and its SHA-256. Lower is better.',
      subject: issueAll,
      baseline: () => timed((from) => sha256(new TextEncoder().encode(JSON.stringify(from)))),
    });
  },
};

export default bench;
