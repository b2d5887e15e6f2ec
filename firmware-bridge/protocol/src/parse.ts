import { Compile, type Validator } from 'typebox/compile';
import { checkVersion, parseEnvelope, parseJsonObject, sign, verify } from './envelope.ts';
import type { SigningKey, TrustedKeys } from './keys.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { MESSAGE_SCHEMAS, type Messages } from './messages.ts';
import { type Parsed, refused } from './outcome.ts';
import type { MessageKind } from './topics.ts';

const validators = new Map<MessageKind, Validator>();

function validatorOf(kind: MessageKind): Validator {
  let validator = validators.get(kind);
  if (validator === undefined) {
    validator = Compile(MESSAGE_SCHEMAS[kind]) as Validator;
    validators.set(kind, validator);
  }
  return validator;
}

/**
 * Bytes of the wire -> message of that kind, its size, version, signature, shape and site checked, in this order: nothing of
 * a body is read before its signature holds. Never throws on input.
 *
 * @param expected the site whose topic it came on; a body signed for another site is `foreign_site`.
 */
export function parseMessage<K extends MessageKind>(
  kind: K,
  payload: Uint8Array | string,
  keys: TrustedKeys,
  expected: { readonly networkId: string; readonly siteId: string },
): Parsed<Messages[K]> {
  const envelope = parseEnvelope(payload);
  if (!envelope.ok) return envelope;
  const body = verify(envelope.value, keys);
  if (!body.ok) return body;
  const message = parseBody(kind, body.value);
  if (!message.ok) return message;
  if (message.value.networkId !== expected.networkId || message.value.siteId !== expected.siteId) {
    return refused('foreign_site', `signed for site ${message.value.siteId}`);
  }
  return message;
}

/** JSON text of a body -> message. For a body whose signature was already checked. */
export function parseBody<K extends MessageKind>(kind: K, body: string): Parsed<Messages[K]> {
  const parsed = parseJsonObject(body);
  if (!parsed.ok) return parsed;
  const version = checkVersion(parsed.value);
  if (!version.ok) return version;
  const validator = validatorOf(kind);
  if (!validator.Check(parsed.value)) {
    const [first] = validator.Errors(parsed.value);
    return refused(
      'malformed',
      `${kind}${first?.instancePath ?? ''}: ${first?.message ?? 'wrong shape'}`.slice(0, 200),
    );
  }
  return { ok: true, value: parsed.value as Messages[K] };
}

/** Message -> signed bytes for the wire. Throws where the message is too large: its sender must have cut it. */
export function encodeMessage<K extends MessageKind>(kind: K, message: Messages[K], key: SigningKey): string {
  const payload = JSON.stringify(sign(JSON.stringify(message), key));
  if (Buffer.byteLength(payload) > MAX_MESSAGE_BYTES)
    throw new Error(`A ${kind} message is over ${MAX_MESSAGE_BYTES} bytes.`);
  return payload;
}
