import { findDoor } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { type Result, refuse } from '../../problems.ts';
import { issueCommand } from '../bookings/issue-command.ts';
import { loadSite } from './load-site.ts';

/** Staff opens a door from the host's page. Refusals: `not_found`, `auth.forbidden`, `door.site_offline`. */
export async function unlockDoor(
  context: Context,
  slug: string,
  doorId: string,
): Promise<Result<{ commandId: string }>> {
  const site = await loadSite(context, slug, 'site.operate');
  if (!site.ok) return site;
  const door = await findDoor(context.tx, context.networkId, doorId);
  if (door === null || door.siteId !== site.value.id) return refuse('not_found');
  return issueCommand(context, { siteId: door.siteId, doorId, action: 'unlock', bookingId: null });
}
