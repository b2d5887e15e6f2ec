import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { readJson, writeJson } from './files.ts';

/** What only this installation knows, made at the first start and kept in `secrets.json` (0600). */
export interface Secrets {
  readonly v: 1;
  readonly postgresPassword: string;
  readonly ownerPassword: string;
  readonly appPassword: string;
  /** Of the broker's user `mitoyen-server`. */
  readonly brokerPassword: string;
  /** MITOYEN_SECRET: 32 bytes, base64url. */
  readonly mitoyenSecret: string;
  /** MITOYEN_SIGNING_KEY: Ed25519 private key, PKCS8 DER, base64url. */
  readonly signingKey: string;
  /** Of every demo account. */
  readonly demoPassword: string;
}

export function loadSecrets(file: string): Secrets {
  const kept = readJson<Secrets>(file);
  if (kept) return kept;
  const { privateKey } = generateKeyPairSync('ed25519');
  const made: Secrets = {
    v: 1,
    postgresPassword: randomText(),
    ownerPassword: randomText(),
    appPassword: randomText(),
    brokerPassword: randomText(),
    mitoyenSecret: randomText(),
    signingKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'),
    demoPassword: speakablePassword(),
  };
  writeJson(file, made);
  return made;
}

function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/** To be typed from a console onto a phone: three words of the country and four digits, 27 bits behind a throttle. */
function speakablePassword(): string {
  const words = 'amandier ardoise aubepine bergerie cascade chataigne fontaine genepi gentiane lavande melezes olivier';
  const more = 'platane prunelle ravine romarin safran sarriette sentier source tilleul torrent verdon village';
  const all = `${words} ${more}`.split(' ');
  const chosen = Array.from({ length: 3 }, () => all.splice(randomInt(all.length), 1)[0]);
  return [...chosen, String(randomInt(10_000)).padStart(4, '0')].join('-');
}
