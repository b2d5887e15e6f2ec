import { createCipheriv, createDecipheriv, createHmac, hkdfSync, type KeyObject } from 'node:crypto';
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

const PIN_CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed PIN is good for: one command, one slot of one device. */
export interface PinPurpose {
  readonly commandId: string;
  readonly deviceId: string;
  readonly slot: number;
}

/**
 * A code for a lock's own keypad, as it travels in `set_pin`: base64url(nonce, AES-256-GCM under a key derived from the site key, tag).
 * Only this site's bridge can read it, and only for this purpose.
 *
 * @param nonce 12 random bytes.
 */
export function sealPin(siteKey: Uint8Array | KeyObject, purpose: PinPurpose, pin: string, nonce: Uint8Array): string {
  const cipher = createCipheriv(PIN_CIPHER, pinKey(siteKey), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(purposeBytes(purpose));
  const sealed = Buffer.concat([cipher.update(pin, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** The code, or null where it was sealed for another site or purpose, or is no PIN. */
export function openPin(siteKey: Uint8Array | KeyObject, purpose: PinPurpose, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(PIN_CIPHER, pinKey(siteKey), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(purposeBytes(purpose));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const pin = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    return normalisePin(pin);
  } catch {
    return null;
  }
}

const pinKey = (siteKey: Uint8Array | KeyObject): Buffer =>
  Buffer.from(hkdfSync('sha256', siteKey, '', 'mitoyen lock pin', 32));

const purposeBytes = ({ commandId, deviceId, slot }: PinPurpose): Buffer =>
  Buffer.from(JSON.stringify([commandId, deviceId, slot]));
