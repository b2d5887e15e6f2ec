import type { ScheduleRowChanges, ScheduleRows } from '@mitoyen/db/queries';
import { type Instant, minutesOf, timeOfMinutes } from '@mitoyen/domain';
import type {
  ClosureBody,
  ExceptionBody,
  ScheduleBody,
  ScheduleChangeBody,
  TemplateBody,
} from '../../routes/schedule/schemas.ts';
import { instantOf, iso } from '../views.ts';

/** The hours of one site as its host writes them: what a change changes. Order counts where the precedence says so. */
export interface SitePlan {
  readonly settings: Pick<
    ScheduleBody,
    'onPublicHolidays' | 'holidayCalendar' | 'schoolCalendar' | 'schoolZone' | 'buildingCapacity'
  >;
  readonly handoverMinutes: Readonly<Record<string, number>>;
  readonly templates: readonly TemplateBody[];
  readonly exceptions: readonly ExceptionBody[];
  readonly closures: readonly ClosureBody[];
  readonly overrides: ScheduleBody['overrides'];
}

/** The plan that rows of one site hold. */
export function planOf(rows: ScheduleRows): SitePlan {
  const [site] = rows.sites;
  if (site === undefined) throw new Error('No site in the rows.');
  const codes = new Map(rows.audiences.map(({ id, code }) => [id, code]));
  const windowsOf = Map.groupBy(rows.windows, ({ templateId }) => templateId);
  const templateSpaces = Map.groupBy(rows.templateSpaces, ({ templateId }) => templateId);
  const exceptionWindowsOf = Map.groupBy(rows.exceptionWindows, ({ exceptionId }) => exceptionId);
  const exceptionSpaces = Map.groupBy(rows.exceptionSpaces, ({ exceptionId }) => exceptionId);
  const planned = (row: ScheduleRows['exceptionWindows'][number] | ScheduleRows['windows'][number]) => ({
    id: row.id,
    spaceId: row.spaceId,
    audience: codes.get(row.audienceId) ?? '',
    startsAt: timeOfMinutes(row.startsAtMinute),
    endsAt: timeOfMinutes(row.endsAtMinute),
  });
  const idsOf = (of: readonly { spaceId: string }[] | undefined) => (of ?? []).map(({ spaceId }) => spaceId).sort();
  const { onPublicHolidays, holidayCalendar, schoolCalendar, schoolZone, buildingCapacity } = site;
  return {
    settings: { onPublicHolidays, holidayCalendar, schoolCalendar, schoolZone, buildingCapacity },
    handoverMinutes: Object.fromEntries(rows.spaces.map(({ id, handoverMinutes }) => [id, handoverMinutes])),
    templates: rows.templates.map((row) => ({
      id: row.id,
      name: row.name,
      spaceIds: row.isWholeSite ? null : idsOf(templateSpaces.get(row.id)),
      // Written through this API, so of the shape that it takes.
      period: row.period as TemplateBody['period'],
      validFrom: row.validFrom,
      validUntil: row.validUntil,
      origin: row.origin,
      ...(row.evidence != null && { evidence: row.evidence }),
      windows: (windowsOf.get(row.id) ?? []).map((window) => ({ ...planned(window), weekday: window.weekday })),
    })),
    exceptions: rows.exceptions.map((row) => ({
      id: row.id,
      date: row.date,
      spaceIds: row.isWholeSite ? null : idsOf(exceptionSpaces.get(row.id)),
      reason: row.reason,
      change:
        row.change === 'remove'
          ? {
              kind: 'remove',
              startsAt: timeOfMinutes(row.startsAtMinute ?? 0),
              endsAt: timeOfMinutes(row.endsAtMinute ?? DAY_MINUTES),
              audience: row.audienceId === null ? null : (codes.get(row.audienceId) ?? ''),
            }
          : { kind: row.change, windows: (exceptionWindowsOf.get(row.id) ?? []).map(planned) },
    })),
    closures: rows.closures.map((row) => ({
      id: row.id,
      from: iso(row.during.from),
      until: iso(row.during.until),
      spaceId: row.spaceId,
      reason: row.reason,
      told: row.told,
    })),
    overrides: {
      school: rows.schoolOverrides.map(({ year, name, firstDay, lastDay, decidedBy }) => ({
        year,
        name,
        firstDay,
        lastDay,
        by: decidedBy,
      })),
      holidays: rows.holidayOverrides.map(({ date, name }) => ({ date, name })),
    },
  };
}

/** The plan once the change is made; what it names that is not there changes nothing (`unknownIds` finds it). */
export function planAfter(plan: SitePlan, change: ScheduleChangeBody): SitePlan {
  const { handoverMinutes = {}, ...settings } = change.settings ?? {};
  return {
    settings: { ...plan.settings, ...settings },
    handoverMinutes: { ...plan.handoverMinutes, ...handoverMinutes },
    templates: listAfter(plan.templates, change.templates),
    exceptions: listAfter(plan.exceptions, change.exceptions),
    closures: listAfter(plan.closures, change.closures),
    overrides: { ...plan.overrides, ...change.overrides },
  };
}

interface ListChange<T> {
  readonly upsert?: readonly T[];
  readonly delete?: readonly string[];
  readonly order?: readonly string[];
}

/** What is changed stays where it was, what is new comes last; then what `order` names comes first, in its order. */
function listAfter<T extends { readonly id: string }>(list: readonly T[], change: ListChange<T> | undefined): T[] {
  if (change === undefined) return [...list];
  const gone = new Set(change.delete);
  const byId = new Map(list.filter(({ id }) => !gone.has(id)).map((item) => [item.id, item]));
  for (const item of change.upsert ?? []) byId.set(item.id, item);
  const rank = new Map((change.order ?? []).map((id, index) => [id, index]));
  const rankOf = ({ id }: T) => rank.get(id) ?? Number.MAX_SAFE_INTEGER;
  return [...byId.values()].sort((a, b) => rankOf(a) - rankOf(b));
}

/** Ids that the change deletes or orders and the plan does not have. */
export function unknownIds(plan: SitePlan, change: ScheduleChangeBody): string[] {
  const lists = [
    [plan.templates, change.templates],
    [plan.exceptions, change.exceptions],
    [plan.closures, change.closures],
  ] as const;
  return lists.flatMap(([list, of]) => {
    const known = new Set(list.map(({ id }) => id));
    return (of?.delete ?? []).filter((id) => !known.has(id));
  });
}

/**
 * The change that leads from one plan to another: the smallest one by template, exception, closure and setting. `links` are those of
 * windows of `to` that `from` does not have.
 */
export function changeBetween(
  from: SitePlan,
  to: SitePlan,
  links: NonNullable<ScheduleChangeBody['links']>,
): ScheduleChangeBody {
  const templates = listChange(from.templates, to.templates);
  const exceptions = listChange(from.exceptions, to.exceptions);
  const closures = listChange(from.closures, to.closures);
  const settings = Object.fromEntries(
    Object.entries(to.settings).filter(([key, value]) => from.settings[key as keyof SitePlan['settings']] !== value),
  ) as Partial<SitePlan['settings']>;
  const handoverMinutes = Object.fromEntries(
    Object.entries(to.handoverMinutes).filter(([id, minutes]) => from.handoverMinutes[id] !== minutes),
  );
  const hasHandovers = Object.keys(handoverMinutes).length > 0;
  const overrides = {
    ...(!isSame(from.overrides.school, to.overrides.school) && { school: to.overrides.school }),
    ...(!isSame(from.overrides.holidays, to.overrides.holidays) && { holidays: to.overrides.holidays }),
  };
  return {
    ...(templates && { templates }),
    ...(exceptions && { exceptions }),
    ...(closures && { closures: { upsert: closures.upsert, delete: closures.delete } }),
    ...((Object.keys(settings).length > 0 || hasHandovers) && {
      settings: { ...settings, ...(hasHandovers && { handoverMinutes }) },
    }),
    ...(Object.keys(overrides).length > 0 && { overrides }),
    ...(links.releases.length + links.shares.length > 0 && { links }),
  };
}

function listChange<T extends { readonly id: string }>(from: readonly T[], to: readonly T[]) {
  const before = new Map(from.map((item) => [item.id, item]));
  const after = new Set(to.map(({ id }) => id));
  const upsert = to.filter((item) => !isSame(before.get(item.id), item));
  const gone = from.filter(({ id }) => !after.has(id)).map(({ id }) => id);
  const change = { upsert, delete: gone };
  const reached = listAfter(from, change).map(({ id }) => id);
  const order = to.map(({ id }) => id);
  const isInOrder = isSame(reached, order);
  if (upsert.length === 0 && gone.length === 0 && isInOrder) return null;
  return { ...change, ...(!isInOrder && { order }) };
}

/** Equal as JSON; keys may come in another order, as jsonb returns them. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)))
        : each,
    ) ?? ''
  );
}

const DAY_MINUTES = 1_440;

/**
 * The rows of a site once its plan is another. What the plan does not change keeps its rows as they are; links of windows that go, go
 * with them. Every audience and space of the plan must be there (`faultsOf`).
 */
export function rowsAfter(
  rows: ScheduleRows,
  to: {
    readonly plan: SitePlan;
    readonly order: ScheduleChangeBody;
    readonly networkId: string;
    readonly now: Instant;
  },
): ScheduleRows {
  const { plan, networkId, now } = to;
  const before = planOf(rows);
  const siteId = (rows.sites[0] as ScheduleRows['sites'][number]).id;
  const base = { networkId, siteId };
  const audienceIds = new Map(rows.audiences.map(({ id, code }) => [code, id]));
  const audienceId = (code: string) => {
    const id = audienceIds.get(code);
    if (id === undefined) throw new Error(`No audience ${code} in the network.`);
    return id;
  };
  const planned = (window: TemplateBody['windows'][number] | PlannedBody, position: number) => ({
    ...base,
    id: window.id,
    spaceId: window.spaceId,
    audienceId: audienceId(window.audience),
    startsAtMinute: minutesOf(window.startsAt),
    endsAtMinute: minutesOf(window.endsAt),
    position,
  });

  const templates: ScheduleRows['templates'] = [];
  const templateSpaces: ScheduleRows['templateSpaces'] = [];
  const windows: ScheduleRows['windows'] = [];
  const positionOfTemplate = positions(rows.templates, plan.templates, to.order.templates?.order);
  for (const template of plan.templates) {
    const known = rows.templates.find(({ id }) => id === template.id);
    const position = positionOfTemplate(template.id);
    if (
      known !== undefined &&
      isSame(
        before.templates.find(({ id }) => id === template.id),
        template,
      )
    ) {
      templates.push({ ...known, position });
      templateSpaces.push(...rows.templateSpaces.filter(({ templateId }) => templateId === template.id));
      windows.push(...rows.windows.filter(({ templateId }) => templateId === template.id));
      continue;
    }
    const { id, name, period, validFrom, validUntil, origin, evidence = null, spaceIds } = template;
    const createdAt = known?.createdAt ?? now;
    templates.push({
      ...base,
      id,
      name,
      period,
      isWholeSite: spaceIds === null,
      validFrom,
      validUntil,
      position,
      origin,
      evidence,
      createdAt,
    });
    for (const spaceId of new Set(spaceIds)) templateSpaces.push({ ...base, templateId: id, spaceId });
    windows.push(
      ...template.windows.map((window, at) => ({ ...planned(window, at), templateId: id, weekday: window.weekday })),
    );
  }

  const exceptions: ScheduleRows['exceptions'] = [];
  const exceptionSpaces: ScheduleRows['exceptionSpaces'] = [];
  const exceptionWindows: ScheduleRows['exceptionWindows'] = [];
  const positionOfException = positions(rows.exceptions, plan.exceptions, to.order.exceptions?.order);
  for (const exception of plan.exceptions) {
    const { id, date, reason, change, spaceIds } = exception;
    const known = rows.exceptions.find((row) => row.id === id);
    const position = positionOfException(id);
    if (
      known !== undefined &&
      isSame(
        before.exceptions.find((each) => each.id === id),
        exception,
      )
    ) {
      exceptions.push({ ...known, position });
      exceptionSpaces.push(...rows.exceptionSpaces.filter(({ exceptionId }) => exceptionId === id));
      exceptionWindows.push(...rows.exceptionWindows.filter(({ exceptionId }) => exceptionId === id));
      continue;
    }
    const removal = change.kind === 'remove' ? change : null;
    exceptions.push({
      ...base,
      id,
      date,
      change: change.kind,
      isWholeSite: spaceIds === null,
      reason,
      startsAtMinute: removal === null ? null : minutesOf(removal.startsAt),
      endsAtMinute: removal === null ? null : minutesOf(removal.endsAt),
      audienceId: removal === null || removal.audience === null ? null : audienceId(removal.audience),
      position,
      createdAt: known?.createdAt ?? now,
    });
    for (const spaceId of new Set(spaceIds)) exceptionSpaces.push({ ...base, exceptionId: id, spaceId });
    if (change.kind !== 'remove') {
      exceptionWindows.push(...change.windows.map((window, at) => ({ ...planned(window, at), exceptionId: id })));
    }
  }

  const windowIds = new Set(windows.map(({ id }) => id));
  const { releases = [], shares = [] } = to.order.links ?? {};
  const ruleIds = new Set(rows.releases.map(({ id }) => id));
  const shareIds = new Set(rows.shares.map(({ id }) => id));
  const linked = new Set(rows.releaseWindows.map(({ windowId }) => windowId));
  const shared = new Set(rows.shareWindows.map(({ shareId, windowId }) => `${shareId} ${windowId}`));
  return {
    ...rows,
    sites: rows.sites.map((site) => ({ ...site, ...plan.settings })),
    spaces: rows.spaces.map((space) => ({
      ...space,
      handoverMinutes: plan.handoverMinutes[space.id] ?? space.handoverMinutes,
    })),
    templates,
    templateSpaces,
    windows,
    exceptions,
    exceptionSpaces,
    exceptionWindows,
    closures: plan.closures
      .map(({ id, from, until, spaceId, reason, told }) => ({
        ...base,
        id,
        spaceId,
        during: { from: instantOf(from), until: instantOf(until) },
        reason,
        told,
        createdAt: rows.closures.find((row) => row.id === id)?.createdAt ?? now,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    schoolOverrides: plan.overrides.school.map(({ by, ...override }) => ({ ...base, ...override, decidedBy: by })),
    holidayOverrides: plan.overrides.holidays.map((override) => ({ ...base, ...override })),
    releaseWindows: [
      ...rows.releaseWindows.filter(({ windowId }) => windowIds.has(windowId)),
      ...releases
        .filter(({ ruleId, windowId }) => ruleIds.has(ruleId) && windowIds.has(windowId) && !linked.has(windowId))
        .map((link) => ({ ...base, ...link })),
    ],
    shareWindows: [
      ...rows.shareWindows.filter(({ windowId }) => windowIds.has(windowId)),
      ...shares
        .filter(
          ({ shareId, windowId }) =>
            shareIds.has(shareId) && windowIds.has(windowId) && !shared.has(`${shareId} ${windowId}`),
        )
        .map((link) => ({ ...base, ...link })),
    ],
  };
}

type PlannedBody = Extract<ExceptionBody['change'], { kind: 'add' }>['windows'][number];

/** Positions that keep the order of a list: those that are there stay, what is new comes after them, an order given counts anew. */
function positions(
  rows: readonly { id: string; position: number }[],
  list: readonly { id: string }[],
  order: readonly string[] | undefined,
): (id: string) => number {
  if (order !== undefined) {
    const ranks = new Map(list.map(({ id }, index) => [id, index]));
    return (id) => ranks.get(id) ?? 0;
  }
  const known = new Map(rows.map(({ id, position }) => [id, position]));
  let next = Math.max(-1, ...known.values()) + 1;
  for (const { id } of list) if (!known.has(id)) known.set(id, next++);
  return (id) => known.get(id) ?? 0;
}

/** What leads from the rows of a site to others, table by table. */
export function rowChanges(before: ScheduleRows, after: ScheduleRows): ScheduleRowChanges {
  const [site] = after.sites;
  if (site === undefined) throw new Error('No site in the rows.');
  const { onPublicHolidays, holidayCalendar, schoolCalendar, schoolZone, buildingCapacity } = site;
  const settings = { onPublicHolidays, holidayCalendar, schoolCalendar, schoolZone, buildingCapacity };
  const handovers = new Map(before.spaces.map(({ id, handoverMinutes }) => [id, handoverMinutes]));
  const byId = ({ id }: { id: string }) => id;
  return {
    templates: tableChanges(before.templates, after.templates, byId),
    templateSpaces: tableChanges(before.templateSpaces, after.templateSpaces, (r) => `${r.templateId} ${r.spaceId}`),
    windows: tableChanges(before.windows, after.windows, byId),
    exceptions: tableChanges(before.exceptions, after.exceptions, byId),
    exceptionSpaces: tableChanges(
      before.exceptionSpaces,
      after.exceptionSpaces,
      (r) => `${r.exceptionId} ${r.spaceId}`,
    ),
    exceptionWindows: tableChanges(before.exceptionWindows, after.exceptionWindows, byId),
    closures: tableChanges(before.closures, after.closures, byId),
    schoolOverrides: tableChanges(before.schoolOverrides, after.schoolOverrides, (r) => `${r.year} ${r.name}`),
    holidayOverrides: tableChanges(before.holidayOverrides, after.holidayOverrides, (r) => r.date),
    releaseWindows: tableChanges(before.releaseWindows, after.releaseWindows, (r) => `${r.ruleId} ${r.windowId}`),
    shareWindows: tableChanges(before.shareWindows, after.shareWindows, (r) => `${r.shareId} ${r.windowId}`),
    site: isSame(planOf(before).settings, settings) ? null : settings,
    handovers: after.spaces
      .filter(({ id, handoverMinutes }) => handovers.get(id) !== handoverMinutes)
      .map(({ id, handoverMinutes }) => ({ spaceId: id, minutes: handoverMinutes })),
  };
}

function tableChanges<R>(before: readonly R[], after: readonly R[], keyOf: (row: R) => string) {
  const known = new Map(before.map((row) => [keyOf(row), row]));
  const kept = new Set(after.map(keyOf));
  return {
    gone: before.filter((row) => !kept.has(keyOf(row))),
    come: after.filter((row) => !known.has(keyOf(row))),
    changed: after.filter((row) => {
      const old = known.get(keyOf(row));
      return old !== undefined && !isSame(old, row);
    }),
  };
}

/** Links of windows that go with a change: what its undoing puts back. */
export function linksLost(before: ScheduleRows, after: ScheduleRows): NonNullable<ScheduleChangeBody['links']> {
  const kept = new Set(after.windows.map(({ id }) => id));
  const isLost = ({ windowId }: { windowId: string }) => !kept.has(windowId);
  return {
    releases: before.releaseWindows.filter(isLost).map(({ ruleId, windowId }) => ({ ruleId, windowId })),
    shares: before.shareWindows.filter(isLost).map(({ shareId, windowId }) => ({ shareId, windowId })),
  };
}
