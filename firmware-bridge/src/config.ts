import { readFileSync, statSync } from 'node:fs';
import {
  privateKeyFromText,
  publicKeyFromText,
  type SigningKey,
  type TrustedKeys,
  trustedKeys,
} from '@mitoyen/protocol';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const Text = Type.String({ minLength: 1, maxLength: 500 });
const MqttUrl = Type.String({ pattern: '^(mqtt|mqtts|tcp|ssl)://' });

export const BridgeFileSchema = Type.Object({
  v: Type.Literal(1),
  networkId: Text,
  siteId: Text,
  bridgeId: Text,
  name: Text,
  timeZone: Text,
  server: Type.Object({ mqttUrl: MqttUrl, username: Text, password: Text }),
  serverKeys: Type.Array(Type.Object({ kid: Text, publicKey: Text }), { minItems: 1 }),
  bridgeKey: Type.Object({ kid: Text, privateKey: Text, publicKey: Text }),
  siteKey: Text,
  site: Type.Object({
    mqttUrl: MqttUrl,
    username: Type.Optional(Text),
    password: Type.Optional(Text),
    /** Set where the site has no broker of its own: the bridge then runs one at this address. */
    embedded: Type.Optional(Type.Object({ host: Text, port: Type.Integer({ minimum: 0, maximum: 65_535 }) })),
  }),
});
export type BridgeFile = Static<typeof BridgeFileSchema>;

/** `bridge.json` with its keys read. */
export interface BridgeConfig {
  readonly networkId: string;
  readonly siteId: string;
  readonly bridgeId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly server: BridgeFile['server'];
  readonly serverKeys: TrustedKeys;
  readonly bridgeKey: SigningKey;
  readonly siteKey: Uint8Array;
  readonly site: BridgeFile['site'];
}

/** What is wrong with a configuration, in words for whoever installs the box. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const fileCheck = Compile(BridgeFileSchema);

/** Reads and checks `bridge.json`. Throws `ConfigError` with one plain sentence. */
export function loadConfig(path: string): BridgeConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(
      `The bridge's configuration ${path} cannot be read. Enrol this bridge, or set BRIDGE_CONFIG.`,
    );
  }
  // It holds the private key of the bridge and the key of the site's credentials.
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new ConfigError(`${path} holds secrets and can be read by others on this machine. Run: chmod 600 ${path}`);
  }
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new ConfigError(`${path} is not JSON. Restore it from the enrolment, or enrol this bridge again.`);
  }
  return parseConfig(file, path);
}

/** Checks a configuration that was read. `path` is only for the message. */
export function parseConfig(file: unknown, path = 'bridge.json'): BridgeConfig {
  if (!fileCheck.Check(file)) {
    const [first] = fileCheck.Errors(file);
    throw new ConfigError(`${path}: ${first?.instancePath || 'the file'} ${first?.message ?? 'is wrong'}.`);
  }
  const siteKey = Buffer.from(file.siteKey, 'base64url');
  if (siteKey.length !== 32) throw new ConfigError(`${path}: /siteKey must be 32 bytes in base64url.`);
  try {
    publicKeyFromText(file.bridgeKey.publicKey);
    const { embedded, password } = file.site;
    if (
      embedded !== undefined &&
      !['127.0.0.1', '::1', 'localhost'].includes(embedded.host) &&
      password === undefined
    ) {
      throw new ConfigError(
        `${path}: /site/embedded is reachable by others at ${embedded.host}: give /site/username and /site/password.`,
      );
    }
    return {
      networkId: file.networkId,
      siteId: file.siteId,
      bridgeId: file.bridgeId,
      name: file.name,
      timeZone: file.timeZone,
      server: file.server,
      serverKeys: trustedKeys(file.serverKeys),
      bridgeKey: { kid: file.bridgeKey.kid, privateKey: privateKeyFromText(file.bridgeKey.privateKey) },
      siteKey,
      site: file.site,
    };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${path}: a key in it is not usable (${(error as Error).message})`);
  }
}
