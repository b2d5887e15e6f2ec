import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Ed25519 key that signs, named so that the other side knows which of its pinned keys to check with. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** Public keys by `kid`: what a receiver trusts. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** A trusted key as it is written in `bridge.json` and in the `config` message: raw 32 bytes, base64url. */
export interface PublicKeyText {
  readonly kid: string;
  readonly publicKey: string;
}

const RAW_BYTES = 32;

/** Raw 32-byte Ed25519 public key in base64url -> KeyObject. Throws on anything else: a key is configuration, not input. */
export function publicKeyFromText(text: string): KeyObject {
  if (Buffer.from(text, 'base64url').length !== RAW_BYTES) {
    throw new Error('An Ed25519 public key is 32 bytes in base64url.');
  }
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: text } });
}

/** KeyObject (public or private) -> raw 32-byte public key in base64url. */
export function publicKeyText(key: KeyObject): string {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (x === undefined) throw new Error('Not an Ed25519 key.');
  return x;
}

/** PKCS8 DER in base64url -> private KeyObject (Ed25519). */
export function privateKeyFromText(text: string): KeyObject {
  const key = createPrivateKey({ key: Buffer.from(text, 'base64url'), format: 'der', type: 'pkcs8' });
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The signing key is not an Ed25519 key.');
  return key;
}

/** Private KeyObject -> PKCS8 DER in base64url, as kept in `bridge.json`. */
export function privateKeyText(key: KeyObject): string {
  return key.export({ format: 'der', type: 'pkcs8' }).toString('base64url');
}

/** A new Ed25519 pair. */
export function generateSigningKey(kid: string): SigningKey & { readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { kid, privateKey, publicKey: publicKeyText(publicKey) };
}

/** The keys to trust, from their written form. */
export function trustedKeys(keys: readonly PublicKeyText[]): TrustedKeys {
  return new Map(keys.map(({ kid, publicKey }) => [kid, publicKeyFromText(publicKey)]));
}
