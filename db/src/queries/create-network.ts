import { DEFAULT_AUDIENCES, type Instant } from '@mitoyen/domain';
import type { Tx } from '../database.ts';
import { audiences, networks, supervisionPolicies } from '../schema/index.ts';

type Pattern = (typeof audiences.$inferSelect)['pattern'];

/** How each default audience is drawn: colour and pattern, since colour alone is never the message (WCAG 2.2, 1.4.1). */
const LOOKS: Readonly<Record<string, { color: string; pattern: Pattern }>> = {
  professional: { color: '#2f5d8a', pattern: 'plain' },
  youth: { color: '#c2571a', pattern: 'diagonal' },
  general: { color: '#4c7a3f', pattern: 'dots' },
  social: { color: '#8a4a7d', pattern: 'waves' },
  training: { color: '#2b7a78', pattern: 'grid' },
  staff: { color: '#5d5a52', pattern: 'cross' },
};

/**
 * What a network begins with and changes as it likes. Eighteen: who may bind themselves alone (Code civil, art. 414). Sixteen: the age from
 * which one may be an apprentice (Code du travail, art. L6222-1).
 */
const RULES: Readonly<Record<string, Partial<typeof audiences.$inferInsert>>> = {
  professional: { minAge: 18 },
  youth: { maxAge: 17, needsReferent: true, needsGuardianConsent: true },
  training: { minAge: 16 },
};

/** Adds a network to the register. Only the owner of the schema may. */
export async function insertNetwork(db: Tx, network: typeof networks.$inferInsert): Promise<void> {
  await db.insert(networks).values(network);
}

/** Gives a network the audiences that every network begins with, inside its own transaction. Returns their ids by code. */
export async function insertDefaultAudiences(
  tx: Tx,
  networkId: string,
  makeId: (now: Instant) => string,
  now: Instant,
): Promise<Map<string, string>> {
  const rows = DEFAULT_AUDIENCES.map((audience, position) => ({
    networkId,
    id: makeId(now),
    code: audience.code,
    nameFr: audience.name.fr,
    nameEn: audience.name.en,
    letterFr: audience.letter.fr,
    letterEn: audience.letter.en,
    audienceClass: audience.audienceClass,
    isStaff: audience.isStaff,
    position,
    ...(LOOKS[audience.code] ?? { color: '#5d5a52', pattern: 'plain' as const }),
    ...RULES[audience.code],
  }));
  await tx.insert(audiences).values(rows);
  // Whose hours need a referent waits for one at the door, until the network says otherwise.
  await tx.insert(supervisionPolicies).values(
    rows
      .filter((row) => 'needsReferent' in row && row.needsReferent === true)
      .map((row) => ({
        networkId,
        id: makeId(now),
        audienceId: row.id,
        withoutReferent: 'referent_first' as const,
        needsGuardianConsent: true,
        createdAt: now,
      })),
  );
  return new Map(rows.map((row) => [row.code, row.id]));
}
