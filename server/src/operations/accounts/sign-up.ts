import {
  findAccountByEmail,
  insertAccount,
  insertAccountToken,
  insertMember,
  listAudiences,
} from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { sendMail } from '../../mail/outgoing.ts';
import { ok, type Result } from '../../problems.ts';
import { hashToken, newToken, normaliseEmail } from './tokens.ts';

const VERIFY_MS = 3 * 24 * 3_600_000;

/**
 * Opens an account and its member (audience `professional`) and mails a link that proves the address. The answer is the same for an
 * address that already has an account; its owner is told by mail instead. `passwordHash` is made before the transaction.
 */
export async function signUp(
  context: Context,
  input: { email: string; passwordHash: string; displayName: string; locale: 'fr' | 'en' },
): Promise<Result<{ accepted: true }>> {
  const { tx, networkId, now, services } = context;
  const email = normaliseEmail(input.email);
  const id = makeId(services, now);
  const displayName = input.displayName.trim();
  const isNew = await insertAccount(tx, {
    networkId,
    id,
    email,
    passwordHash: input.passwordHash,
    displayName,
    locale: input.locale,
    createdAt: now,
  });
  if (!isNew) {
    const known = await findAccountByEmail(tx, networkId, email);
    if (known) await sendMail(context, { to: email, locale: known.locale, template: 'already_registered', data: {} });
    return ok({ accepted: true });
  }
  const audience = (await listAudiences(tx, networkId)).find(({ code }) => code === 'professional');
  if (audience) {
    const memberId = makeId(services, now);
    await insertMember(tx, {
      networkId,
      id: memberId,
      accountId: id,
      audienceId: audience.id,
      displayName,
      createdAt: now,
    });
  }
  const token = newToken(services.random);
  await insertAccountToken(tx, {
    networkId,
    id: makeId(services, now),
    accountId: id,
    purpose: 'verify_email',
    tokenHash: hashToken(token),
    expiresAt: now + VERIFY_MS,
    createdAt: now,
  });
  await sendMail(context, { to: email, locale: input.locale, template: 'verify_email', data: { displayName, token } });
  return ok({ accepted: true });
}
