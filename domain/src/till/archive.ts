import { type ChainHead, type ChainLink, canonicalJson, type Sha256, verifyChain } from '../billing/chain.ts';
import type { Outcome } from '../time/types.ts';

/**
 * The archive of a closed period (CGI art. 286-I-3° bis; BOI-TVA-DECLA-30-10-30, 220 to 260): a text that anybody can
 * read without this product, one JSON value a line. The first line says what it is; then the links of the payment journal and
 * of the closings, as they were written; the last line is the SHA-256 of all lines before it. It is dated, and stands
 * outside the product on what the structure chooses.
 */
export interface TillArchive {
  readonly format: 'mitoyen-till-archive/1';
  readonly structure: { readonly name: string; readonly siren: string | null };
  readonly software: { readonly name: string; readonly version: string };
  readonly firstOn: string;
  readonly lastOn: string;
  /** Where the chains stood before the period; null at their beginning. */
  readonly paymentsAfter: ChainHead | null;
  readonly closingsAfter: ChainHead | null;
  readonly payments: number;
  readonly closings: number;
}

export function writeArchive(
  header: Omit<TillArchive, 'format' | 'payments' | 'closings'>,
  links: { readonly payments: readonly ChainLink[]; readonly closings: readonly ChainLink[] },
  sha256: Sha256,
): string {
  const first: TillArchive = {
    format: 'mitoyen-till-archive/1',
    ...header,
    payments: links.payments.length,
    closings: links.closings.length,
  };
  const lines = [first, ...links.payments, ...links.closings].map(canonicalJson);
  const body = `${lines.join('\n')}\n`;
  return `${body}${canonicalJson({ sha256: sha256(new TextEncoder().encode(body)) })}\n`;
}

export type ArchiveFault = 'not_an_archive' | 'text_changed' | 'payments_broken' | 'closings_broken';

/** Whether an archive is whole, and what it says; whoever holds one can ask, years later. */
export function verifyArchive(text: string, sha256: Sha256): Outcome<TillArchive, ArchiveFault> {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end);
  let values: unknown[];
  let seal: { readonly sha256?: unknown };
  try {
    values = body
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    seal = JSON.parse(text.slice(end)) as typeof seal;
  } catch {
    return { ok: false, reason: 'not_an_archive' };
  }
  const [header, ...links] = values as [TillArchive | undefined, ...ChainLink[]];
  if (header?.format !== 'mitoyen-till-archive/1') return { ok: false, reason: 'not_an_archive' };
  if (seal.sha256 !== sha256(new TextEncoder().encode(body))) return { ok: false, reason: 'text_changed' };
  if (links.length !== header.payments + header.closings) return { ok: false, reason: 'not_an_archive' };
  const payments = verifyChain('payments', links.slice(0, header.payments), sha256, { after: header.paymentsAfter });
  if (!payments.ok) return { ok: false, reason: 'payments_broken' };
  const closings = verifyChain('closings', links.slice(header.payments), sha256, { after: header.closingsAfter });
  if (!closings.ok) return { ok: false, reason: 'closings_broken' };
  return { ok: true, value: header };
}
