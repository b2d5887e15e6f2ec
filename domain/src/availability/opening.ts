import type { Audience } from '../audience/types.ts';
import { localRange, weekdayOf } from '../time/local.ts';
import type { LocalDate, TimeZone } from '../time/types.ts';
import type { OpeningRule, OpeningWindow } from './types.ts';

/**
 * The opening windows of one local day: each rule of that weekday and validity, for its space or, without one, for
 * every space given. Rules of other spaces are ignored. Sorted by space (in the order given), then by start, then by
 * rule. On the day of a clock change the windows follow `localRange`.
 */
export function expandOpening(
  rules: readonly OpeningRule[],
  spaceIds: readonly string[],
  date: LocalDate,
  zone: TimeZone,
): OpeningWindow[] {
  const weekday = weekdayOf(date);
  const bySpace = new Map<string, OpeningWindow[]>(spaceIds.map((spaceId) => [spaceId, []]));
  for (const rule of rules) {
    if (rule.weekday !== weekday || !isInForce(rule, date)) continue;
    const range = localRange(date, rule.startsAt, rule.endsAt, zone);
    if (range === null) continue;
    for (const spaceId of rule.spaceId === null ? spaceIds : [rule.spaceId]) {
      bySpace.get(spaceId)?.push({
        from: range.from,
        until: range.until,
        spaceId,
        audience: rule.audience,
        audienceClass: rule.audienceClass,
        ruleId: rule.id,
      });
    }
  }
  for (const windows of bySpace.values()) {
    windows.sort((a, b) => a.from - b.from || (a.ruleId < b.ruleId ? -1 : 1));
  }
  return [...bySpace.values()].flat();
}

/** Valid from `validFrom` on and before `validUntil`. */
function isInForce(rule: OpeningRule, date: LocalDate): boolean {
  return (rule.validFrom === null || date >= rule.validFrom) && (rule.validUntil === null || date < rule.validUntil);
}

/** Whether an opening is for this audience: its own hours. Staff may use any. */
export function admits(opening: Pick<OpeningWindow, 'audience'>, audience: Audience): boolean {
  return audience.isStaff || opening.audience === audience.code;
}
