import { openDatabase } from '@mitoyen/db';
import { findLastMailTo, listNetworks } from '@mitoyen/db/queries';
import { normaliseEmail } from '../operations/accounts/tokens.ts';
import { UsageError } from './installation.ts';

/** The text of the last mail to an address, for installations whose mails leave for nowhere. */
export async function lastMail(ownerUrl: string, address: string): Promise<string> {
  const db = openDatabase(ownerUrl, { max: 1 });
  try {
    const recipient = normaliseEmail(address);
    const found = [];
    for (const { id } of await listNetworks(db.platform)) {
      const mail = await db.withNetwork(id, (tx) => findLastMailTo(tx, id, recipient));
      if (mail !== null) found.push(mail);
    }
    const [latest] = found.sort((a, b) => b.createdAt - a.createdAt);
    if (latest === undefined) throw new UsageError(`There is no mail to ${recipient}.`);
    return `${latest.subject}\n\n${latest.bodyText}`;
  } finally {
    await db.close();
  }
}
