import {
  CHAIN_START,
  type ChainHead,
  type ChainLink,
  type ChainName,
  canonicalJson,
  nextLink,
  verifyChain,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draft, issued, sha256 } from './billing-facts.ts';

const chainOf = (bodies: readonly object[], name: ChainName = 'invoices'): ChainLink[] => {
  const links: ChainLink[] = [];
  let last: ChainHead | null = null;
  for (const body of bodies) {
    const link = nextLink(name, last, body, sha256);
    links.push(link);
    last = link;
  }
  return links;
};
const verify = (links: readonly ChainLink[], bounds: Parameters<typeof verifyChain>[3] = {}) => {
  const answer = verifyChain('invoices', links, sha256, bounds);
  return answer.ok ? 'whole' : `${answer.reason} ${answer.detail?.sequence}`;
};
const headOf = (links: readonly ChainLink[]): ChainHead => links.at(-1) as ChainLink;

describe('one spelling of a document', () => {
  test('keys in order, no spaces, no fractions', () => {
    expect(canonicalJson({ b: [1, 'é', null], a: { d: false, c: -0 } })).toBe(
      '{"a":{"c":0,"d":false},"b":[1,"é",null]}',
    );
    expect(() => canonicalJson(0.5)).toThrow(RangeError);
    expect(() => canonicalJson(2 ** 53)).toThrow(RangeError);
    expect(() => canonicalJson('\ud800')).toThrow(RangeError);
    expect(() => canonicalJson({ a: undefined })).toThrow(RangeError);
    expect(() => canonicalJson({ at: Temporal.PlainDate.from('2027-03-15') })).toThrow(RangeError);
    expect(() => canonicalJson(new Map())).toThrow(RangeError);
  });

  test('for any value: the same whatever the order of its keys, another for another value', () => {
    const value = fc.object({
      maxDepth: 3,
      values: [fc.maxSafeInteger(), fc.string({ unit: 'grapheme' }), fc.boolean(), fc.constant(null)],
      withObjectString: false,
    });
    const reordered = (each: unknown): unknown => {
      if (Array.isArray(each)) return each.map(reordered);
      if (typeof each === 'object' && each !== null)
        return Object.fromEntries(
          Object.entries(each)
            .reverse()
            .map(([key, of]) => [key, reordered(of)]),
        );
      return each;
    };
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(canonicalJson(reordered(a))).toBe(canonicalJson(a));
        expect(JSON.parse(canonicalJson(a))).toEqual(JSON.parse(JSON.stringify(a)));
        if (canonicalJson(a) === canonicalJson(b)) expect(a).toEqual(b);
      }),
    );
  });
});

describe('a chain', () => {
  const invoices = chainOf([1, 2, 3].map((n) => issued(draft(), `ANN-F-2027-00000${n}`)));

  test('is known by its first link and by its name', () => {
    expect(invoices[0]).toMatchObject({ sequence: 1, previousHash: CHAIN_START });
    expect(invoices[0]?.hash).toBe(
      sha256(new TextEncoder().encode(`mitoyen/1/invoices\n1\n${CHAIN_START}\n${invoices[0]?.body}`)),
    );
    expect(verify(invoices)).toBe('whole');
    expect(verify([])).toBe('whole');
    expect(verifyChain('payments', invoices, sha256)).toMatchObject({ ok: false, reason: 'changed' });
  });

  test('a cent changed, a link left out, two exchanged, one put in: each is found where it is', () => {
    const [a, b, c] = invoices as [ChainLink, ChainLink, ChainLink];
    expect(verify([a, { ...b, body: b.body.replace('1200', '1201') }, c])).toBe('changed 2');
    expect(verify([a, c])).toBe('missing_or_reordered 2');
    expect(verify([b, c])).toBe('missing_or_reordered 1');
    expect(verify([b, a, c])).toBe('missing_or_reordered 1');
    expect(verify([a, b, b])).toBe('missing_or_reordered 3');
    const forged = nextLink('invoices', a, { forged: true }, sha256);
    expect(verify([a, forged, c])).toBe('broken_link 3');
  });

  test('one that was cut short, or rewritten to its end, is found by the head that was kept elsewhere', () => {
    const head = headOf(invoices);
    expect(verify(invoices.slice(0, 2))).toBe('whole');
    expect(verify(invoices.slice(0, 2), { head })).toBe('cut_short 3');
    expect(verify([], { head })).toBe('cut_short 1');
    const rewritten = chainOf([{ n: 4 }, { n: 5 }, { n: 6 }]);
    expect(verify(rewritten)).toBe('whole');
    expect(verify(rewritten, { head })).toBe('cut_short 3');
    expect(verify(invoices, { head })).toBe('whole');
  });

  test('a part of it is verified from the head before', () => {
    const [a, b, c] = invoices as [ChainLink, ChainLink, ChainLink];
    expect(verify([b, c], { after: a })).toBe('whole');
    expect(verify([c], { after: a })).toBe('missing_or_reordered 2');
    expect(verify([], { after: a, head: a })).toBe('whole');
    expect(verify([b, c], { after: { sequence: 1, hash: 'f'.repeat(64) } })).toBe('broken_link 2');
  });

  test('for any documents: any change, omission, exchange or repetition of any of them is found', () => {
    const bodies = fc.array(fc.record({ number: fc.string(), dueMinor: fc.integer({ min: 0, max: 9_999 }) }), {
      minLength: 2,
      maxLength: 15,
    });
    fc.assert(
      fc.property(
        bodies,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('body', 'hash', 'previousHash', 'sequence'),
        (documents, x, y, field) => {
          if (documents.some(({ number }) => !number.isWellFormed())) return;
          const links = chainOf(documents);
          const head = headOf(links);
          const at = x % links.length;
          const of = links[at] as ChainLink;
          expect(verify(links, { head })).toBe('whole');
          const changed =
            field === 'sequence' ? { ...of, sequence: of.sequence + 1 } : { ...of, [field]: `${of[field as 'body']} ` };
          expect(verify(links.with(at, changed), { head })).not.toBe('whole');
          expect(verify(links.toSpliced(at, 1), { head })).not.toBe('whole');
          expect(verify(links.toSpliced(at, 0, of), { head })).not.toBe('whole');
          const other = y % links.length;
          if (other !== at)
            expect(verify(links.with(at, links[other] as ChainLink).with(other, of), { head })).not.toBe('whole');
        },
      ),
    );
  });
});
