import { compileSchedule, type DateRange, expandRange } from '../schedule/expand.ts';
import type { Schedule, UnknownDay } from '../schedule/types.ts';
import type { AgreedWindow, StandingAgreement } from './types.ts';

/** A date on which no calendar says whether an agreement holds. */
export interface UnknownAgreementDay extends UnknownDay {
  readonly agreementId: string;
}

/**
 * The windows of standing agreements on the dates, by agreement in the order given, then by space and start. The calendar,
 * zone, closures and spaces are the site's; its templates and exceptions do not count: an agreement may lie outside the
 * opening hours. Handovers are put in when agreements and hours are brought together (`effectiveWindows`).
 */
export function expandAgreements(
  site: Pick<Schedule, 'zone' | 'calendar' | 'spaces' | 'closures'>,
  agreements: readonly StandingAgreement[],
  range: DateRange,
): { readonly windows: readonly AgreedWindow[]; readonly unknown: readonly UnknownAgreementDay[] } {
  const windows: AgreedWindow[] = [];
  const unknown: UnknownAgreementDay[] = [];
  for (const agreement of agreements) {
    const { id, partnerStructureId, isExclusive, spaceIds, period, validFrom, validUntil } = agreement;
    const alone = compileSchedule({
      zone: site.zone,
      calendar: site.calendar,
      spaces: site.spaces.filter((space) => spaceIds.includes(space.id)).map((space) => ({ ...space, handoverMs: 0 })),
      templates: [{ id, name: id, spaceIds, period, validFrom, validUntil, windows: agreement.windows }],
      exceptions: [],
      closures: site.closures,
      onPublicHolidays: agreement.holdsOnPublicHolidays ? 'as_usual' : 'closed',
    });
    const expansion = expandRange(alone, range);
    for (const window of expansion.windows) {
      windows.push({ ...window, agreementId: id, partnerStructureId, isExclusive });
    }
    const isValid = ({ date }: UnknownDay) => date >= validFrom && (validUntil === null || date < validUntil);
    for (const day of expansion.unknown) if (isValid(day)) unknown.push({ ...day, agreementId: id });
  }
  return { windows, unknown };
}
