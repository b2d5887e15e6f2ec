import { randomBytes } from 'node:crypto';
import { openDatabase } from '@mitoyen/db';
import {
  findAccountByEmail,
  insertAccount,
  insertDefaultAudiences,
  insertNetwork,
  insertRoleAssignment,
  listNetworks,
  updateAccount,
} from '@mitoyen/db/queries';
import { ID_RANDOM_BYTES, newId } from '@mitoyen/domain';
import { hashPassword } from '../adapters/passwords.ts';
import { normaliseEmail } from '../operations/accounts/tokens.ts';
import { UsageError } from './installation.ts';

const makeId = (now: number) => newId(now, randomBytes(ID_RANDOM_BYTES));

/** Adds a network with the audiences that every network begins with. Returns its id. */
export async function createNetwork(
  ownerUrl: string,
  input: { slug: string; name: string; hostnames: string[]; isPlatform?: boolean },
): Promise<string> {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(input.slug)) {
    throw new UsageError(
      `"${input.slug}" is no slug: lower-case letters, digits and hyphens, such as tiers-lieux-paca.`,
    );
  }
  const db = openDatabase(ownerUrl, { max: 1 });
  try {
    if ((await listNetworks(db.platform)).some((network) => network.slug === input.slug)) {
      throw new UsageError(`There is a network "${input.slug}" already.`);
    }
    const now = Date.now();
    const id = makeId(now);
    // The network is of no use without its audiences, nor they without it: one transaction, which the new id opens.
    await db.withNetwork(id, async (tx) => {
      await insertNetwork(tx, {
        id,
        slug: input.slug,
        name: input.name,
        hostnames: input.hostnames,
        defaultLocale: 'fr',
        currency: 'EUR',
        isPlatform: input.isPlatform ?? false,
        createdAt: now,
      });
      await insertDefaultAudiences(tx, id, makeId, now);
    });
    return id;
  } finally {
    await db.close();
  }
}

export interface CreatedAccount {
  /** Null when the account was there: its password is left as it was. */
  readonly password: string | null;
}

/** Gives an account the role in a network, and makes the account where there is none, with a password that is shown once. */
export async function createStaff(
  ownerUrl: string,
  input: { networkSlug: string; email: string; displayName: string; role: 'manager' | 'administrator' },
): Promise<CreatedAccount> {
  const db = openDatabase(ownerUrl, { max: 1 });
  try {
    const network = (await listNetworks(db.platform)).find(({ slug }) => slug === input.networkSlug);
    if (network === undefined)
      throw new UsageError(`There is no network "${input.networkSlug}". \`mitoyen create-network\` makes one.`);
    const email = normaliseEmail(input.email);
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError(`"${input.email}" is no e-mail address.`);
    const now = Date.now();
    const password = randomBytes(15).toString('base64url');
    const passwordHash = await hashPassword(password);
    return await db.withNetwork(network.id, async (tx) => {
      const isNew = await insertAccount(tx, {
        networkId: network.id,
        id: makeId(now),
        email,
        passwordHash,
        displayName: input.displayName,
        createdAt: now,
      });
      const account = await findAccountByEmail(tx, network.id, email);
      if (account === null) throw new Error('An account that was just made is not there.');
      // Whoever runs this command answers for the address.
      if (isNew) await updateAccount(tx, network.id, account.id, { emailVerifiedAt: now });
      await insertRoleAssignment(tx, {
        networkId: network.id,
        id: makeId(now),
        accountId: account.id,
        role: input.role,
        structureId: null,
        createdAt: now,
      });
      return { password: isNew ? password : null };
    });
  } finally {
    await db.close();
  }
}
