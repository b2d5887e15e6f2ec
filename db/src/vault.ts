import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * What the database keeps sealed or hashed, under keys derived (HKDF-SHA-256) from the installation's one secret.
 * A stolen dump gives neither PINs nor badge numbers nor site keys.
 */
export interface Vault {
  /** AES-256-GCM; the output is `v1.` + base64url(nonce | tag | ciphertext). `context` must be the same when opening. */
  seal(plain: string, context: string): string;
  /** Throws when the text was altered, belongs to another context or was sealed under another secret. */
  open(sealed: string, context: string): string;
  /** Deterministic keyed hash (HMAC-SHA-256, base64url): finds a credential without storing it. */
  lookupHash(kind: 'badge' | 'pin', normalised: string): string;
  /** 32 bytes for a named purpose (`jwt`, `cursor`…). */
  derive(purpose: string): Buffer;
}

/** `secret`: at least 32 bytes, base64url. Throws a plain sentence when it is shorter. */
export function createVault(secret: string): Vault {
  const root = Buffer.from(secret, 'base64url');
  if (root.length < 32) throw new Error('MITOYEN_SECRET must hold at least 32 bytes, base64url encoded.');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `mitoyen/${purpose}`, 32));
  const sealing = derive('sealing');
  const lookup = derive('lookup');
  return {
    derive,
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, context) {
      if (!sealed.startsWith('v1.')) throw new Error('Unknown seal.');
      const bytes = Buffer.from(sealed.slice(3), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, 12))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    },
    lookupHash: (kind, normalised) => createHmac('sha256', lookup).update(`${kind}:${normalised}`).digest('base64url'),
  };
}
