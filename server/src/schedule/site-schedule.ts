import type { ScheduleRows } from '@mitoyen/db/queries';
import {
  type AudienceClass,
  type AudienceCode,
  type CompiledSchedule,
  compileSchedule,
  type HolidayCalendar,
  listedHolidays,
  localSchoolCalendar,
  type PlannedWindow,
  type ReleaseRule,
  type Schedule,
  type ScheduledSpace,
  type ScheduleException,
  type ScheduleTemplate,
  type SiteCalendar,
  type SiteClass,
  type StandingAgreement,
  type TemplateWindow,
  timeOfMinutes,
  type Weekday,
  type WindowShare,
  withHolidays,
} from '@mitoyen/domain';
import type { Calendars } from './calendars.ts';

/** The hours of one site in one revision, ready to be asked. */
export interface SiteSchedule {
  readonly siteId: string;
  readonly structureId: string;
  readonly revision: number;
  /** As the transaction that read it has made it: good for that one only. */
  readonly isUncommitted: boolean;
  readonly buildingCapacity: number | null;
  readonly schedule: Schedule;
  readonly compiled: CompiledSchedule;
  readonly agreements: readonly StandingAgreement[];
  readonly releases: readonly ReleaseRule[];
  readonly shares: readonly WindowShare[];
  /** From `siteClasses`, by audience. */
  readonly siteClasses: ReadonlyMap<AudienceCode, SiteClass>;
  /** The network's audiences by id. */
  readonly audienceCodes: ReadonlyMap<string, AudienceCode>;
}

const MINUTE_MS = 60_000;

/** One schedule for each site of the rows. */
export function compileRows(rows: ScheduleRows, calendars: Calendars): SiteSchedule[] {
  const audienceCodes = new Map(rows.audiences.map(({ id, code }) => [id, code]));
  const codeOf = (id: string): AudienceCode => {
    const code = audienceCodes.get(id);
    if (code === undefined) throw new Error(`No audience ${id} in the network.`);
    return code;
  };
  const bySite = <R extends { siteId: string }>(list: readonly R[]) => {
    const grouped = Map.groupBy(list, ({ siteId }) => siteId);
    return (siteId: string): readonly R[] => grouped.get(siteId) ?? [];
  };
  const spacesOf = bySite(rows.spaces);
  const classesOf = bySite(rows.classes);
  const templatesOf = bySite(rows.templates);
  const exceptionsOf = bySite(rows.exceptions);
  const closuresOf = bySite(rows.closures);
  const schoolOverridesOf = bySite(rows.schoolOverrides);
  const holidayOverridesOf = bySite(rows.holidayOverrides);
  const releasesOf = bySite(rows.releases);
  const sharesOf = bySite(rows.shares);
  const agreementsOf = bySite(rows.agreements);
  const templateSpaces = Map.groupBy(rows.templateSpaces, ({ templateId }) => templateId);
  const windowsOf = Map.groupBy(rows.windows, ({ templateId }) => templateId);
  const exceptionSpaces = Map.groupBy(rows.exceptionSpaces, ({ exceptionId }) => exceptionId);
  const exceptionWindowsOf = Map.groupBy(rows.exceptionWindows, ({ exceptionId }) => exceptionId);
  const releaseWindows = Map.groupBy(rows.releaseWindows, ({ ruleId }) => ruleId);
  const shareWindows = Map.groupBy(rows.shareWindows, ({ shareId }) => shareId);
  const agreementSpaces = Map.groupBy(rows.agreementSpaces, ({ agreementId }) => agreementId);
  const agreementWindows = Map.groupBy(rows.agreementWindows, ({ agreementId }) => agreementId);

  const planned = (row: {
    id: string;
    spaceId: string | null;
    audienceId: string;
    startsAtMinute: number;
    endsAtMinute: number;
  }): PlannedWindow => ({
    id: row.id,
    spaceId: row.spaceId,
    audience: codeOf(row.audienceId),
    startsAt: timeOfMinutes(row.startsAtMinute),
    endsAt: timeOfMinutes(row.endsAtMinute),
  });
  const ofWeek = (row: Parameters<typeof planned>[0] & { weekday: number | null }): TemplateWindow => ({
    ...planned(row),
    weekday: row.weekday as Weekday | null,
  });

  return rows.sites.map((site): SiteSchedule => {
    const classRows = classesOf(site.id);
    const classesBySpace = Map.groupBy(classRows, ({ spaceId }) => spaceId);
    const spaces = spacesOf(site.id).map(
      (space): ScheduledSpace => ({
        id: space.id,
        handoverMs: space.handoverMinutes * MINUTE_MS,
        classes: new Map<AudienceCode, AudienceClass>(
          (classesBySpace.get(space.id) ?? []).map((row) => [codeOf(row.audienceId), row.audienceClass]),
        ),
      }),
    );
    const schedule: Schedule = {
      zone: site.timeZone,
      calendar: calendarOf(site, calendars, schoolOverridesOf(site.id), holidayOverridesOf(site.id)),
      spaces,
      templates: templatesOf(site.id).map(
        (row): ScheduleTemplate => ({
          id: row.id,
          name: row.name,
          spaceIds: row.isWholeSite ? null : (templateSpaces.get(row.id) ?? []).map(({ spaceId }) => spaceId),
          period: row.period,
          validFrom: row.validFrom,
          validUntil: row.validUntil,
          windows: (windowsOf.get(row.id) ?? []).map(ofWeek),
        }),
      ),
      exceptions: exceptionsOf(site.id).map(
        (row): ScheduleException => ({
          id: row.id,
          date: row.date,
          spaceIds: row.isWholeSite ? null : (exceptionSpaces.get(row.id) ?? []).map(({ spaceId }) => spaceId),
          reason: row.reason,
          change:
            row.change === 'remove'
              ? {
                  kind: 'remove',
                  startsAt: timeOfMinutes(row.startsAtMinute ?? 0),
                  endsAt: timeOfMinutes(row.endsAtMinute ?? 1440),
                  audience: row.audienceId === null ? null : codeOf(row.audienceId),
                }
              : { kind: row.change, windows: (exceptionWindowsOf.get(row.id) ?? []).map(planned) },
        }),
      ),
      closures: closuresOf(site.id).map((row) => ({ ...row.during, spaceId: row.spaceId, reason: row.reason })),
      onPublicHolidays: site.onPublicHolidays,
    };
    return {
      siteId: site.id,
      structureId: site.structureId,
      revision: site.revision,
      isUncommitted: site.isOwn === true,
      buildingCapacity: site.buildingCapacity,
      schedule,
      compiled: compileSchedule(schedule),
      agreements: agreementsOf(site.id).map(
        (row): StandingAgreement => ({
          id: row.id,
          hostStructureId: row.hostStructureId,
          partnerStructureId: row.partnerStructureId,
          spaceIds: (agreementSpaces.get(row.id) ?? []).map(({ spaceId }) => spaceId),
          period: row.period,
          windows: (agreementWindows.get(row.id) ?? []).map(ofWeek),
          holdsOnPublicHolidays: row.holdsOnPublicHolidays,
          isExclusive: row.isExclusive,
          price:
            row.priceKind === 'tariff' && row.tariffId !== null
              ? { kind: 'tariff', tariffId: row.tariffId }
              : row.priceKind === 'flat' && row.flatPer !== null && row.flatMinor !== null && row.flatCurrency !== null
                ? { kind: 'flat', per: row.flatPer, amount: { minor: row.flatMinor, currency: row.flatCurrency } }
                : { kind: 'free' },
          terms: row.terms,
          validFrom: row.validFrom,
          validUntil: row.validUntil,
        }),
      ),
      releases: releasesOf(site.id).map(
        (row): ReleaseRule => ({
          id: row.id,
          windowIds: (releaseWindows.get(row.id) ?? []).map(({ windowId }) => windowId),
          releasedTo: codeOf(row.releasedToAudienceId),
          hoursBefore: row.hoursBefore,
          tariffId: row.tariffId,
        }),
      ),
      shares: sharesOf(site.id).map(
        (row): WindowShare => ({
          id: row.id,
          windowIds: (shareWindows.get(row.id) ?? []).map(({ windowId }) => windowId),
          structureId: row.structureId,
          tariffId: row.tariffId,
        }),
      ),
      siteClasses: new Map(
        classRows
          .filter(({ siteAxis }) => siteAxis !== '')
          .map((row) => [codeOf(row.audienceId), { axis: row.siteAxis, siteClass: row.siteClass }]),
      ),
      audienceCodes,
    };
  });
}

/** A site without a calendar of holidays keeps none; one that names a calendar nobody has does not know its days. */
export function calendarOf(
  site: { holidayCalendar: string | null; schoolCalendar: string | null; schoolZone: string | null },
  calendars: Calendars,
  schoolOverrides: readonly ScheduleRows['schoolOverrides'][number][],
  holidayOverrides: readonly ScheduleRows['holidayOverrides'][number][],
): SiteCalendar {
  const base: HolidayCalendar =
    site.holidayCalendar === null
      ? { id: '', holidaysOf: () => ({ ok: true, value: [] }) }
      : (calendars.holidays(site.holidayCalendar) ?? listedHolidays(site.holidayCalendar, {}));
  const holidays = withHolidays(base, {
    added: holidayOverrides.flatMap(({ date, name }) =>
      name === null ? [] : [{ date, code: 'local', name: { fr: name, en: name } }],
    ),
    removed: holidayOverrides.filter(({ name }) => name === null).map(({ date }) => date),
  });
  const published = site.schoolCalendar === null ? null : calendars.school(site.schoolCalendar);
  if (published === null || site.schoolZone === null) return { holidays, school: null };
  const local = localSchoolCalendar(
    published,
    site.schoolZone,
    schoolOverrides.map(({ year, name, firstDay, lastDay, decidedBy }) => ({
      year,
      name,
      firstDay,
      lastDay,
      by: decidedBy,
    })),
  );
  // Overrides were checked when they were written; a release that corrects its data may leave one without its period.
  return { holidays, school: { calendar: local.ok ? local.value : published, zone: site.schoolZone } };
}
