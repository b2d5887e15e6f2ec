import { createHash, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFileAtomically } from '../files.ts';

/** `users.json`: who may connect, and below which topic each may publish and subscribe. */
export interface BrokerUser {
  readonly passwordSha256: string;
  /** Ends with `/`, holds no wildcard. */
  readonly prefix: string;
}

export type BrokerUsers = Readonly<Record<string, BrokerUser>>;

/** A plain hash is enough for these passwords: 32 random bytes made by us, never chosen by a person. */
export function brokerUser(password: string, prefix: string): BrokerUser {
  return { passwordSha256: sha256(password).toString('hex'), prefix };
}

export function readBrokerUsers(file: string): BrokerUsers {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BrokerUsers) : {};
}

/** Adds or replaces the given users, keeps the others. */
export function mergeBrokerUsers(file: string, users: BrokerUsers): void {
  writeFileAtomically(file, `${JSON.stringify({ ...readBrokerUsers(file), ...users }, null, 2)}\n`, 0o600);
}

/** The file's users, read again whenever it has changed: enrolment and revocation need no restart of the broker. */
export class BrokerAccess {
  readonly #file: string;
  #users: BrokerUsers = {};
  #readAt = '';

  constructor(file: string) {
    this.#file = file;
  }

  authenticate(username: string | undefined, password: Uint8Array | undefined): BrokerUser | undefined {
    const user = username === undefined ? undefined : this.find(username);
    // Unknown names cost the same hash and comparison as known ones.
    const expected = Buffer.from(user?.passwordSha256 ?? '00'.repeat(32), 'hex');
    const given = sha256(password ?? new Uint8Array());
    return expected.length === given.length && timingSafeEqual(expected, given) ? user : undefined;
  }

  find(username: string): BrokerUser | undefined {
    const stat = statSync(this.#file, { throwIfNoEntry: false });
    const version = `${stat?.mtimeMs}:${stat?.size}:${stat?.ino}`;
    if (version !== this.#readAt) {
      try {
        this.#users = readBrokerUsers(this.#file);
        this.#readAt = version;
      } catch {
        // Caught while being written: the users known so far stay, and the next look reads it again.
      }
    }
    return Object.hasOwn(this.#users, username) ? this.#users[username] : undefined;
  }
}

/** A topic, or a subscription's filter, that lies wholly below the prefix. */
export function isBelow(prefix: string, topicOrFilter: string): boolean {
  return prefix.endsWith('/') && topicOrFilter.length > prefix.length && topicOrFilter.startsWith(prefix);
}

function sha256(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest();
}
