import { randomUUID } from 'node:crypto';
import { findBridgeOfSite, insertCommand } from '@mitoyen/db/queries';
import { MAX_COMMAND_LIFE_MS } from '@mitoyen/protocol';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';

/**
 * Writes a command for a door and sends it once that is committed: it lives ten seconds, for the boot of the bridge that is online
 * now. Its outcome arrives later (`getCommand`). Refusal: `door.site_offline`.
 */
export async function issueCommand(
  context: Context,
  target: { siteId: string; doorId: string; action: 'unlock'; bookingId: string | null },
): Promise<Result<{ commandId: string }>> {
  const { tx, networkId, now, services } = context;
  const { accountId } = signedIn(context);
  const bridge = await findBridgeOfSite(tx, networkId, target.siteId);
  if (bridge === null || bridge.status !== 'online' || bridge.bootId === null || !services.doors.isConnected()) {
    return refuse('door.site_offline');
  }
  const { bootId } = bridge;
  const commandId = makeId(services, now);
  const expiresAt = now + MAX_COMMAND_LIFE_MS;
  await insertCommand(tx, {
    networkId,
    id: commandId,
    siteId: target.siteId,
    bridgeId: bridge.id,
    doorId: target.doorId,
    action: target.action,
    actorAccountId: accountId,
    bookingId: target.bookingId,
    issuedAt: now,
    expiresAt,
  });
  context.afterCommit(() =>
    services.doors.sendCommand({
      v: 1,
      networkId,
      siteId: target.siteId,
      id: commandId,
      bootId,
      doorId: target.doorId,
      action: target.action,
      issuedAt: now,
      expiresAt,
      nonce: randomUUID(),
      actor: accountId,
      bookingId: target.bookingId,
    }),
  );
  return ok({ commandId });
}
