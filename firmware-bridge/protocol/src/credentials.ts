import { createHmac, type KeyObject } from 'node:crypto';
import type { CredentialKind, CredentialMatch } from '@mitoyen/domain';

/**
 * Keyed hash of what is presented at a door: base64url(HMAC-SHA-256(site key, `kind:normalised`)). `normalised` comes from
 * `normaliseBadge` or `normalisePin`; for a phone pass it is its token. The key is per site (32 bytes), so that a list of
 * matches taken from one bridge is worth nothing at another site, nor against a table of all PINs.
 */
export function credentialMatch(
  siteKey: Uint8Array | KeyObject,
  kind: CredentialKind,
  normalised: string,
): CredentialMatch {
  return createHmac('sha256', siteKey).update(`${kind}:${normalised}`).digest('base64url');
}

/** Separators that readers and people write in a UID; `+` is how Develco keypads mark a tag. */
const BADGE_SEPARATORS = /[\s:.\-+]/g;

/**
 * Badge UID -> upper-case hex without separators, or null where it is none. ISO 14443-3 UIDs have 4, 7 or 10 bytes; ISO 15693
 * ones 8: anything from 4 to 10 whole bytes is taken.
 */
export function normaliseBadge(text: string): string | null {
  const uid = text.replace(BADGE_SEPARATORS, '').replace(/^0x/i, '').toUpperCase();
  return /^(?:[0-9A-F]{2}){4,10}$/.test(uid) ? uid : null;
}

/** PIN -> its digits, or null. Four to seven digits, so that a PIN and a UID (eight or more) can share one keypad field. */
export function normalisePin(text: string): string | null {
  const pin = text.trim();
  return /^[0-9]{4,7}$/.test(pin) ? pin : null;
}
