import type { Outcome } from '../time/types.ts';

/** SHA-256 of the bytes, in lower-case hexadecimal. Given by the caller: the domain knows no machine. */
export type Sha256 = (bytes: Uint8Array) => string;

/**
 * The one spelling of a value: JSON without spaces, keys in the order of their UTF-16 code units (RFC 8785), numbers as
 * integers. Two values that are equal are spelled equally, whatever the order in which they were built.
 * @throws RangeError for a number that is no safe integer (amounts are integers), a lone surrogate, or what JSON does not
 * know (undefined, functions, dates).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer: ${value}`);
    // Minus zero is zero.
    return String(value + 0);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new RangeError('a text with half a character');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && [null, Object.prototype].includes(Object.getPrototypeOf(value))) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
  }
  throw new RangeError(`not a value of a document: ${typeof value}`);
}

/** A link: the place in the chain, the document's spelling, and the hash over both and the link before. */
export interface ChainLink {
  /** From 1. */
  readonly sequence: number;
  /** `canonicalJson` of the document. */
  readonly body: string;
  /** Of the link before; of the first, `CHAIN_START`. */
  readonly previousHash: string;
  readonly hash: string;
}

export const CHAIN_START = '0'.repeat(64);

/** Says what was hashed, so that no link of one chain passes for one of another. */
export type ChainName = 'invoices' | 'payments' | 'closings';

/** The last link, kept apart from the chain (in a closing, on paper): with it a chain that was cut short is seen. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

/** The link that follows. `last: null` begins a chain. */
export function nextLink(chain: ChainName, last: ChainHead | null, document: object, sha256: Sha256): ChainLink {
  const body = canonicalJson(document);
  const sequence = (last?.sequence ?? 0) + 1;
  const previousHash = last?.hash ?? CHAIN_START;
  return { sequence, body, previousHash, hash: hashOf(chain, sequence, previousHash, body, sha256) };
}

function hashOf(chain: ChainName, sequence: number, previousHash: string, body: string, sha256: Sha256): string {
  return sha256(new TextEncoder().encode(`mitoyen/1/${chain}\n${sequence}\n${previousHash}\n${body}`));
}

export type ChainFault = 'changed' | 'missing_or_reordered' | 'broken_link' | 'cut_short';

/**
 * Whether links are a whole chain, from the first on, or from the one after `after`. Refusals with the sequence at which
 * it is seen: `missing_or_reordered` (not the next place), `broken_link` (does not name the hash before it), `changed`
 * (the hash is not that of its body), `cut_short` (the chain does not reach, or contradicts, the `head` kept elsewhere).
 */
export function verifyChain(
  chain: ChainName,
  links: readonly ChainLink[],
  sha256: Sha256,
  bounds: { readonly after?: ChainHead | null; readonly head?: ChainHead | null } = {},
): Outcome<ChainHead | null, ChainFault, { readonly sequence: number }> {
  const fault = (reason: ChainFault, sequence: number) => ({ ok: false, reason, detail: { sequence } }) as const;
  const { after = null, head = null } = bounds;
  let last: ChainHead | null = after;
  let isHeadSeen = head === null || (after !== null && after.sequence === head.sequence && after.hash === head.hash);
  for (const link of links) {
    const expected: number = (last?.sequence ?? 0) + 1;
    if (link.sequence !== expected) return fault('missing_or_reordered', expected);
    if (link.previousHash !== (last?.hash ?? CHAIN_START)) return fault('broken_link', expected);
    if (hashOf(chain, link.sequence, link.previousHash, link.body, sha256) !== link.hash)
      return fault('changed', expected);
    last = { sequence: link.sequence, hash: link.hash };
    if (head !== null && link.sequence === head.sequence) {
      if (link.hash !== head.hash) return fault('cut_short', link.sequence);
      isHeadSeen = true;
    }
  }
  return isHeadSeen ? { ok: true, value: last } : fault('cut_short', (last?.sequence ?? 0) + 1);
}
