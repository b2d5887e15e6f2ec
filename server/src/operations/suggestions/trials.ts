import { listBookedTimes, loadScheduleRows } from '@mitoyen/db/queries';
import { addDays, dayWindow, intersect, localDateOf, MINUTE_MS, normalise, totalMs, weekdayOf } from '@mitoyen/domain';
import { Compile } from 'typebox/compile';
import type { Context } from '../../context.ts';
import { type TrialBody, type TrialEvidence, TrialEvidenceShape } from '../../routes/sharing/suggestion-schemas.ts';
import { hoursOf } from '../../schedule/hours.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { planOf, type SitePlan } from '../schedule/plan.ts';

const isEvidence = Compile(TrialEvidenceShape);

export type TrialTemplateBody = SitePlan['templates'][number];

/** The trials of a plan: each with the templates that make it, in their order. Whoever writes hours may write any evidence. */
export function trialsOf(
  plan: Pick<SitePlan, 'templates'>,
): { evidence: TrialEvidence; templates: TrialTemplateBody[] }[] {
  const tried = plan.templates.filter(({ origin, evidence }) => origin === 'suggestion' && isEvidence.Check(evidence));
  return [...Map.groupBy(tried, ({ evidence }) => (evidence as TrialEvidence).trialId).values()].map((templates) => ({
    evidence: (templates[0] as TrialTemplateBody).evidence as TrialEvidence,
    templates,
  }));
}

/** The trials of a site with what their hours brought so far. */
export async function listTrials(
  context: Context,
  site: { readonly id: string },
  schedule: SiteSchedule,
  spaceNames: ReadonlyMap<string, string>,
): Promise<TrialBody[]> {
  const { tx, networkId, now } = context;
  const { zone } = schedule.schedule;
  const today = localDateOf(now, zone);
  const trials = trialsOf(planOf(await loadScheduleRows(tx, networkId, [site.id], now)));
  return Promise.all(
    trials.map(async ({ evidence, templates }): Promise<TrialBody> => {
      const { hours, decision } = evidence;
      const until = templates.map((template) => template.validUntil).reduce(latest);
      const over = until !== null && until < today ? until : today;
      const ids = new Set(templates.map(({ id }) => id));
      const range = { from: evidence.from, until: over > evidence.from ? over : addDays(evidence.from, 1) };
      const windows =
        over <= evidence.from
          ? []
          : hoursOf({ ...schedule, releases: [], shares: [] }, range, [], now).windows.filter(
              (window) =>
                window.templateId !== null &&
                ids.has(window.templateId) &&
                window.audience === hours.audience &&
                weekdayOf(localDateOf(window.from, zone)) === hours.weekday,
            );
      const booked =
        windows.length === 0
          ? []
          : (
              await listBookedTimes(tx, networkId, site.id, {
                from: dayWindow(range.from, zone).from,
                until: dayWindow(range.until, zone).from,
              })
            ).filter(
              (row) =>
                row.spaceId === hours.spaceId &&
                row.audience === hours.audience &&
                windows.some(({ from, until: end }) => row.startsAt < end && row.endsAt > from),
            );
      const openMs = totalMs(normalise(windows));
      const bookedMs = totalMs(
        intersect(normalise(windows), normalise(booked.map((row) => ({ from: row.startsAt, until: row.endsAt })))),
      );
      return {
        id: evidence.trialId,
        name: templates[0]?.name ?? '',
        hours,
        spaceName: spaceNames.get(hours.spaceId) ?? '',
        from: evidence.from,
        until,
        state:
          decision?.kind ?? (today < evidence.from ? 'planned' : until !== null && today >= until ? 'over' : 'running'),
        expectedWeekly: evidence.weeklyGain,
        before: evidence.evidence,
        result: {
          dates: new Set(windows.map(({ from }) => localDateOf(from, zone))).size,
          openMinutes: Math.round(openMs / MINUTE_MS),
          bookedMinutes: Math.round(bookedMs / MINUTE_MS),
          bookedBp: openMs === 0 ? 0 : Math.round((bookedMs * 10_000) / openMs),
          bookings: booked.length,
          people: new Set(booked.map(({ memberId }) => memberId)).size,
          revenue: [...Map.groupBy(booked, ({ currency }) => currency)]
            .map(([currency, of]) => ({ currency, minor: of.reduce((sum, { priceMinor }) => sum + priceMinor, 0) }))
            .filter(({ minor }) => minor > 0),
        },
      };
    }),
  );
}

/** Null is without end. */
const latest = (a: string | null, b: string | null) => (a === null || b === null ? null : a > b ? a : b);
