import { sign as signBytes, verify as verifyBytes } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { SigningKey, TrustedKeys } from './keys.ts';
import { MAX_MESSAGE_BYTES, PROTOCOL_VERSION } from './limits.ts';
import { type Parsed, refused } from './outcome.ts';

/**
 * What travels: the body is a string, so that the bytes that were signed are the bytes that are checked, whatever a JSON
 * library does to spacing, key order or numbers in between.
 */
export const EnvelopeSchema = Type.Object({
  v: Type.Literal(PROTOCOL_VERSION),
  kid: Type.String({ minLength: 1, maxLength: 100 }),
  body: Type.String({ minLength: 2 }),
  sig: Type.String({ minLength: 1, maxLength: 100 }),
});
export type Envelope = Static<typeof EnvelopeSchema>;

const envelopeCheck = Compile(EnvelopeSchema);

/** Signs `body` (the exact JSON text) with Ed25519. */
export function sign(body: string, key: SigningKey): Envelope {
  const sig = signBytes(null, Buffer.from(body, 'utf8'), key.privateKey).toString('base64url');
  return { v: PROTOCOL_VERSION, kid: key.kid, body, sig };
}

/** The body, if a trusted key signed exactly these bytes. Refusals: `unknown_key`, `bad_signature`. */
export function verify(envelope: Envelope, keys: TrustedKeys): Parsed<string> {
  const key = keys.get(envelope.kid);
  if (key === undefined) return refused('unknown_key', `no trusted key is called ${envelope.kid}`);
  const signature = Buffer.from(envelope.sig, 'base64url');
  if (signature.length !== 64 || !verifyBytes(null, Buffer.from(envelope.body, 'utf8'), key, signature)) {
    return refused('bad_signature', `key ${envelope.kid} did not sign this body`);
  }
  return { ok: true, value: envelope.body };
}

/** Bytes of the wire -> envelope, its signature not yet checked. Refusals: `too_large`, `not_json`, `unknown_version`, `malformed`. */
export function parseEnvelope(payload: Uint8Array | string): Parsed<Envelope> {
  const size = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength;
  if (size > MAX_MESSAGE_BYTES) return refused('too_large', `${size} bytes, at most ${MAX_MESSAGE_BYTES}`);
  const parsed = parseJsonObject(typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8'));
  if (!parsed.ok) return parsed;
  const version = checkVersion(parsed.value);
  if (!version.ok) return version;
  if (!envelopeCheck.Check(parsed.value)) return refused('malformed', 'not an envelope');
  return { ok: true, value: parsed.value };
}

/** JSON text -> plain object. Refusals: `not_json`, `malformed` (an array, a number...). */
export function parseJsonObject(text: string): Parsed<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('not_json', 'not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused('malformed', 'not an object');
  return { ok: true, value: value as Record<string, unknown> };
}

/** Refuses any version but ours before anything else is read: a newer sender may have changed every other field. */
export function checkVersion(value: Record<string, unknown>): Parsed<undefined> {
  if (value.v === PROTOCOL_VERSION) return { ok: true, value: undefined };
  if (typeof value.v === 'number') return refused('unknown_version', `version ${value.v}`);
  return refused('malformed', 'no version');
}
