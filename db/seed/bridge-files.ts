import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a bridge proves itself with; made once and kept in its `bridge.json`. */
export interface BridgeKeys {
  /** Of the network broker. */
  readonly password: string;
  /** PKCS8 DER, base64url. */
  readonly privateKey: string;
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string;
}

export interface BridgeFile {
  readonly v: 1;
  readonly networkId: string;
  readonly siteId: string;
  readonly bridgeId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly server: { readonly mqttUrl: string; readonly username: string; readonly password: string };
  readonly serverKeys: readonly { readonly kid: string; readonly publicKey: string }[];
  readonly bridgeKey: { readonly kid: string; readonly privateKey: string; readonly publicKey: string };
  readonly siteKey: string;
  readonly site: { readonly mqttUrl: string };
}

export function bridgeFilePath(dataDir: string, siteSlug: string): string {
  return join(dataDir, 'bridges', siteSlug, 'bridge.json');
}

/** The keys that the bridge of this site has, or new ones. A file that cannot be read is a bridge to enrol again. */
export function loadOrMakeKeys(dataDir: string, siteSlug: string): BridgeKeys {
  const path = bridgeFilePath(dataDir, siteSlug);
  if (existsSync(path)) {
    try {
      const { server, bridgeKey } = JSON.parse(readFileSync(path, 'utf8')) as BridgeFile;
      const der = Buffer.from(bridgeKey.privateKey, 'base64url');
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x;
      if (publicKey === bridgeKey.publicKey && server.password !== '') {
        return { password: server.password, privateKey: bridgeKey.privateKey, publicKey };
      }
    } catch {
      // Truncated or edited by hand: the new keys replace the old ones in the database too.
    }
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    password: randomBytes(32).toString('base64url'),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url'),
    publicKey: publicKey.export({ format: 'jwk' }).x as string,
  };
}

/** Whole or not at all, and for its owner only: both files hold, or lead to, what opens doors. */
export function writePrivateJson(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
