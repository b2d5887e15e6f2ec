import { createHash } from 'node:crypto';
import { constraintViolation } from '@mitoyen/db';
import {
  advanceAllSchedules,
  advanceSchedule,
  deferMeetingConstraints,
  enforceMeetingConstraints,
  findBridgeOfSite,
  listAudiences,
  listBridges,
  listCompatibilityRules,
  listMeetings,
  listSites,
  listSpaceAudiences,
  listSpaces,
  loadScheduleRows,
  lockCompatibility,
  type MeetingRow,
  notifyLive,
  replaceCompatibilityRules,
  upsertSpaceAudiences,
} from '@mitoyen/db/queries';
import {
  addDays,
  type CompatibilityRule,
  type CompatibilitySetting,
  checkException,
  checkTemplate,
  expandRange,
  findSiteClashes,
  type LocalDate,
  localDateOf,
  localTimeOf,
  type PlanFault,
  resolveCompatibility,
  type ScheduledWindow,
  type Togetherness,
  weekdayOf,
} from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, PROBLEMS, RefusalError, type Result, refuse } from '../../problems.ts';
import {
  type ClassesFault,
  type ClassesRefusal,
  type ClassRow,
  planClasses,
  writeClasses,
} from '../../schedule/derive-classes.ts';
import { compileRows, type SiteSchedule } from '../../schedule/site-schedule.ts';
import { loadSite } from '../host/load-site.ts';
import { iso } from '../views.ts';

type AudienceRow = Awaited<ReturnType<typeof listAudiences>>[number];

/** Whose rules are read or written: the network's (both null), a site's, or those of one of its spaces. */
export interface Layer {
  readonly siteId: string | null;
  readonly spaceId: string | null;
}

export interface PairRule {
  readonly audiences: readonly [string, string];
  readonly relation: Togetherness;
}

const NO_BOOKINGS = { total: 0, hasMore: true, items: [] };
const NETWORK: Layer = { siteId: null, spaceId: null };
/** What a page can show; the total is given beside. */
const MOST_SHOWN = 50;
const MOST_SITES = 5_000;
/** Hours that a plan gives to two publics who are never on one site at once are looked for so far ahead. */
const LOOKED_AHEAD_DAYS = 56;

// --- reading --------------------------------------------------------------------------------------------------------------

/** The network's setting: every pair of publics, with what is said of it. */
export async function getNetworkCompatibility(context: Context) {
  const setting = await readSetting(context, NETWORK);
  const { tx, networkId } = context;
  const sites = new Map((await listSites(tx, networkId, {}, MOST_SITES)).map((site) => [site.id, site]));
  const exceptions = Map.groupBy(
    setting.rules.filter((rule) => rule.siteId !== null),
    (rule) => rule.siteId as string,
  );
  return ok({
    ...viewOf(setting, NETWORK),
    exceptions: [...exceptions].flatMap(([siteId, rules]) => {
      const site = sites.get(siteId);
      return site === undefined ? [] : [{ slug: site.slug, name: site.name, ruleCount: rules.length }];
    }),
  });
}

/** The setting of a site, or with `spaceId` of one of its spaces. Refusals: `not_found`, `auth.forbidden`. */
export async function getSiteCompatibility(context: Context, slug: string, spaceId: string | null) {
  const layer = await layerOf(context, slug, spaceId, 'site.observe');
  if (!layer.ok) return layer;
  const setting = await readSetting(context, layer.value);
  const spaces = await listSpaces(context.tx, context.networkId, [layer.value.siteId as string]);
  return ok({
    ...viewOf(setting, layer.value),
    spaces: spaces.map(({ id, name }) => ({
      id,
      name,
      ruleCount: setting.rules.filter((rule) => rule.spaceId === id).length,
    })),
  });
}

async function layerOf(
  context: Context,
  slug: string,
  spaceId: string | null,
  action: 'site.observe' | 'site.configure',
): Promise<Result<Layer>> {
  const site = await loadSite(context, slug, action);
  if (!site.ok) return site;
  if (spaceId !== null) {
    const spaces = await listSpaces(context.tx, context.networkId, [site.value.id]);
    if (!spaces.some(({ id }) => id === spaceId)) return refuse('not_found');
  }
  return ok({ siteId: site.value.id, spaceId });
}

interface Setting {
  /** Those in use, in the network's order. */
  readonly audiences: readonly AudienceRow[];
  readonly rules: Awaited<ReturnType<typeof listCompatibilityRules>>;
}

async function readSetting({ tx, networkId }: Context, { siteId }: Layer): Promise<Setting> {
  const [audiences, rules] = await Promise.all([
    listAudiences(tx, networkId),
    listCompatibilityRules(tx, networkId, siteId === null ? undefined : [siteId]),
  ]);
  return { audiences: audiences.filter(({ archivedAt }) => archivedAt === null), rules };
}

const isOf = (layer: Layer) => (rule: { siteId: string | null; spaceId: string | null }) =>
  rule.siteId === layer.siteId && rule.spaceId === layer.spaceId;

/** The rules from the network's down to those of the layer, as the domain reads them; `without` leaves the layer's own out. */
function settingOf({ audiences, rules }: Setting, layer: Layer, without: 'own' | 'nothing'): CompatibilitySetting {
  const codes = new Map(audiences.map(({ id, code }) => [id, code]));
  const said = (of: Layer): CompatibilityRule[] =>
    without === 'own' && isOf(layer)(of)
      ? []
      : rules.filter(isOf(of)).flatMap((rule) => {
          const [a, b] = [codes.get(rule.audienceAId), codes.get(rule.audienceBId)];
          return a === undefined || b === undefined ? [] : [{ audiences: [a, b], relation: rule.relation }];
        });
  return {
    network: said(NETWORK),
    site: layer.siteId === null ? [] : said({ siteId: layer.siteId, spaceId: null }),
    space: layer.spaceId === null ? [] : said(layer),
  };
}

function viewOf(setting: Setting, layer: Layer) {
  const publics = setting.audiences.filter(({ isStaff }) => !isStaff);
  const [now, inherited] = [
    resolveCompatibility(setting.audiences, settingOf(setting, layer, 'nothing')),
    resolveCompatibility(setting.audiences, settingOf(setting, layer, 'own')),
  ];
  // What is stored was checked when it was written.
  if (!now.ok || !inherited.ok) throw new Error('The compatibility setting that is stored cannot be resolved.');
  const own = ownRelations(setting, layer);
  return {
    version: versionOf(setting),
    audiences: publics.map(({ code }) => code),
    pairs: publics.flatMap((a, index) =>
      publics.slice(index + 1).map((b) => ({
        audiences: [a.code, b.code] as [string, string],
        relation: now.value.relation(a.code, b.code),
        /** What this layer itself says; null: nothing, so `inherited` holds. */
        own: own.get(keyOf(a.id, b.id)) ?? null,
        inherited: inherited.value.relation(a.code, b.code),
      })),
    ),
  };
}

const keyOf = (a: string, b: string) => (a < b ? `${a} ${b}` : `${b} ${a}`);

function ownRelations({ rules }: Setting, layer: Layer): ReadonlyMap<string, Togetherness> {
  return new Map(
    rules.filter(isOf(layer)).map((rule) => [keyOf(rule.audienceAId, rule.audienceBId), rule.relation] as const),
  );
}

/** Names the state of the rules that a page shows: who saves over somebody else's change is told instead. */
function versionOf({ audiences, rules }: Setting): string {
  const facts = [
    audiences.map(({ id, audienceClass }) => [id, audienceClass]),
    rules.map(({ siteId, spaceId, audienceAId, audienceBId, relation }) => [
      siteId,
      spaceId,
      audienceAId,
      audienceBId,
      relation,
    ]),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22);
}

// --- changing -------------------------------------------------------------------------------------------------------------

export interface SettingChange {
  readonly version: string;
  /** Every rule of the layer: what is not here, the layer no longer says. */
  readonly rules: readonly PairRule[];
}

/** What a change of the setting comes to. */
export type Consequences = Awaited<ReturnType<typeof consequencesOf>>;

/**
 * What would come of the change, without it: the very statements that make it are run and rolled back.
 * Refusals: as of `changeNetworkCompatibility`, but for bookings that would meet, which are listed.
 */
export async function previewNetworkCompatibility(context: Context, change: SettingChange) {
  return preview(context, NETWORK, change);
}

/**
 * Makes the change for the whole network, at once. Refusals: `compatibility.changed_meanwhile`, `request.invalid` (an audience that is not
 * there, a pair given twice), `compatibility.not_transitive`, `compatibility.staff_kept_apart`, `compatibility.space_loosens_site`,
 * `compatibility.bookings_would_meet` (with the bookings).
 */
export async function changeNetworkCompatibility(
  context: Context,
  change: SettingChange,
): Promise<Result<Consequences>> {
  return apply(context, NETWORK, change);
}

/** The same for a site or one of its spaces. Refusals: also `not_found`, `auth.forbidden`. */
export async function previewSiteCompatibility(
  context: Context,
  slug: string,
  spaceId: string | null,
  change: SettingChange,
): Promise<Result<Consequences>> {
  const layer = await layerOf(context, slug, spaceId, 'site.configure');
  return layer.ok ? preview(context, layer.value, change) : layer;
}

export async function changeSiteCompatibility(
  context: Context,
  slug: string,
  spaceId: string | null,
  change: SettingChange,
): Promise<Result<Consequences>> {
  const layer = await layerOf(context, slug, spaceId, 'site.configure');
  return layer.ok ? apply(context, layer.value, change) : layer;
}

/** Carries what was found out of a savepoint that is rolled back. */
class RolledBack extends Error {
  readonly result: Result<Consequences>;
  constructor(result: Result<Consequences>) {
    super('rolled back');
    this.result = result;
  }
}

async function preview(context: Context, layer: Layer, change: SettingChange): Promise<Result<Consequences>> {
  try {
    return await context.tx.transaction(async (tx) => {
      const made = await makeChange({ ...context, tx }, layer, change);
      throw new RolledBack(made.ok ? ok(made.value.consequences) : made);
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}

async function apply(context: Context, layer: Layer, change: SettingChange): Promise<Result<Consequences>> {
  const { tx, networkId } = context;
  const made = await makeChange(context, layer, change);
  if (!made.ok) return made;
  const { consequences, siteIds } = made.value;
  if (consequences.bookings.total > 0) {
    return refuse('compatibility.bookings_would_meet', { bookings: consequences.bookings });
  }
  try {
    // Whatever was booked while we looked: the database has the last word.
    await enforceMeetingConstraints(tx);
  } catch (error) {
    if (constraintViolation(error)?.code !== '23P01') throw error;
    throw new RefusalError('compatibility.bookings_would_meet', { bookings: NO_BOOKINGS });
  }
  const bridges = layer.siteId === null ? await listBridges(tx, networkId) : [];
  const connected = new Set(bridges.map(({ siteId }) => siteId));
  for (const siteId of siteIds) {
    if (layer.siteId !== null ? await findBridgeOfSite(tx, networkId, siteId) : connected.has(siteId)) {
      await requestGrants(context, siteId);
    }
    await notifyLive(tx, { networkId, siteId, kind: 'schedule' });
  }
  return ok(consequences);
}

/** Writes rules and classes, with the constraints deferred, and tells what comes of it. */
async function makeChange(
  context: Context,
  layer: Layer,
  change: SettingChange,
): Promise<Result<{ consequences: Consequences; siteIds: string[] }>> {
  const { tx, networkId } = context;
  await lockCompatibility(tx, networkId);
  if (layer.siteId === null) await advanceAllSchedules(tx, networkId);
  else await advanceSchedule(tx, networkId, layer.siteId);
  const before = await readSetting(context, layer);
  if (versionOf(before) !== change.version) return refuse('compatibility.changed_meanwhile');
  const rows = rowsOf(context, before, layer, change.rules);
  if (!rows.ok) return rows;
  const classesBefore = await listSpaceAudiences(tx, networkId, layer.siteId);
  await replaceCompatibilityRules(tx, networkId, layer, rows.value);
  const planned = await planClasses(tx, networkId, layer.siteId);
  if (!planned.ok) return refuseClasses(context, planned.reason, planned.detail);

  const changed = changedRows(classesBefore, planned.value);
  const siteIds = [...new Set(changed.map(({ siteId }) => siteId))];
  const hoursBefore = await schedulesOf(context, siteIds);
  await deferMeetingConstraints(tx);
  await upsertSpaceAudiences(tx, planned.value);
  const after = await readSetting(context, layer);
  const consequences = await consequencesOf(context, {
    layer,
    before,
    after,
    classesBefore,
    classesAfter: planned.value,
    siteIds,
    hoursBefore,
  });
  return ok({ consequences, siteIds });
}

/** Rules as rows, or what is wrong with them. What the network says of a pair that its classes say already is not kept. */
function rowsOf(context: Context, { audiences }: Setting, layer: Layer, rules: readonly PairRule[]) {
  const { networkId, now, services } = context;
  const known = new Map(audiences.map((audience) => [audience.code, audience]));
  const seen = new Set<string>();
  const errors: { path: string; message: string }[] = [];
  const rows = rules.flatMap(({ audiences: [first, second], relation }, index) => {
    const [a, b] = [known.get(first), known.get(second)];
    const path = `body/rules/${index}`;
    if (a === undefined || b === undefined || a === b) {
      errors.push({ path: `${path}/audiences`, message: a === b && a !== undefined ? 'the same twice' : 'unknown' });
      return [];
    }
    const key = keyOf(a.id, b.id);
    if (seen.has(key)) errors.push({ path, message: 'pair given twice' });
    seen.add(key);
    if (layer.spaceId !== null && relation === 'never_same_site') {
      errors.push({ path: `${path}/relation`, message: 'about more than one space: the site says it' });
    }
    const declared: Togetherness = a.audienceClass === b.audienceClass ? 'together' : 'same_site';
    if (layer.siteId === null && relation === declared && !a.isStaff && !b.isStaff) return [];
    const [audienceAId, audienceBId] = a.id < b.id ? [a.id, b.id] : [b.id, a.id];
    return [
      { networkId, id: makeId(services, now), ...layer, audienceAId, audienceBId, relation, createdAt: now } as const,
    ];
  });
  return errors.length > 0 ? refuse('request.invalid', { errors }) : ok(rows);
}

/** The refusal of the domain in words that name the audiences, and the place where it is so. */
export async function refuseClasses(
  context: Context,
  reason: ClassesRefusal,
  detail: ClassesFault | undefined,
): Promise<Result<never>> {
  const { tx, networkId, locale } = context;
  const audiences = await listAudiences(tx, networkId);
  const nameOf = (code: string) => {
    const row = audiences.find((audience) => audience.code === code);
    return row === undefined ? code : locale === 'fr' ? `« ${row.nameFr} »` : `“${row.nameEn}”`;
  };
  const fault = detail?.fault;
  const where = await placeOf(context, detail);
  if (reason === 'not_transitive' || reason === 'sides_not_transitive') {
    if (fault === undefined || !('c' in fault)) throw new Error('A triple that breaks the setting was not given.');
    const [a, b, c] = [nameOf(fault.a), nameOf(fault.b), nameOf(fault.c)];
    const words =
      reason === 'not_transitive'
        ? locale === 'fr'
          ? `${a} peut rencontrer ${b}, et ${b} peut rencontrer ${c} : il faut alors que ${a} et ${c} puissent se rencontrer aussi, ou retirer l’une des deux rencontres.`
          : `${a} may meet ${b}, and ${b} may meet ${c}: then ${a} and ${c} must be allowed to meet as well, or one of the two meetings be taken out.`
        : locale === 'fr'
          ? `${a} peut être sur le lieu avec ${b}, et ${b} avec ${c}, mais ${a} jamais avec ${c} : tenez aussi ${b} à l’écart de l’un des deux, ou laissez ${a} et ${c} venir en même temps.`
          : `${a} may be on the site with ${b}, and ${b} with ${c}, but ${a} never with ${c}: keep ${b} apart from one of them too, or let ${a} and ${c} come at the same time.`;
    return refuse('compatibility.not_transitive', {
      detail: [words, where].filter((part) => part !== null).join(' '),
      audiences: [fault.a, fault.b, fault.c],
    });
  }
  if (fault === undefined || !('audiences' in fault)) throw new Error(`No pair was given for ${reason}.`);
  if (reason === 'staff_kept_apart' || reason === 'space_loosens_site') {
    const [a, b] = fault.audiences.map(nameOf) as [string, string];
    const words = locale === 'fr' ? `Il s’agit de ${a} et ${b}.` : `This is about ${a} and ${b}.`;
    return refuse(`compatibility.${reason}`, {
      detail: [PROBLEMS[`compatibility.${reason}`].detail[locale], words, where]
        .filter((part) => part !== null)
        .join(' '),
      audiences: [...fault.audiences].sort(),
    });
  }
  return refuse('request.invalid', { errors: [{ path: 'body/rules', message: reason }] });
}

async function placeOf({ tx, networkId, locale }: Context, fault: ClassesFault | undefined): Promise<string | null> {
  if (fault === undefined || fault.siteId === null) return null;
  const [sites, spaces] = await Promise.all([
    listSites(tx, networkId, {}, MOST_SITES),
    listSpaces(tx, networkId, [fault.siteId]),
  ]);
  const site = sites.find(({ id }) => id === fault.siteId)?.name ?? '';
  const space = spaces.find(({ id }) => id === fault.spaceId)?.name;
  const place = space === undefined ? site : `${space}, ${site}`;
  return locale === 'fr' ? `(Lieu : ${place}.)` : `(Place: ${place}.)`;
}

// --- consequences ---------------------------------------------------------------------------------------------------------

type ClassFacts = Pick<ClassRow, 'siteId' | 'spaceId' | 'audienceId' | 'audienceClass' | 'siteAxis' | 'siteClass'>;

function changedRows(before: readonly ClassFacts[], after: readonly ClassRow[]): ClassRow[] {
  const known = new Map(before.map((row) => [`${row.spaceId} ${row.audienceId}`, row]));
  return after.filter((row) => {
    const old = known.get(`${row.spaceId} ${row.audienceId}`);
    return (
      old === undefined ||
      old.audienceClass !== row.audienceClass ||
      old.siteAxis !== row.siteAxis ||
      old.siteClass !== row.siteClass
    );
  });
}

async function schedulesOf({ tx, networkId, now, services }: Context, siteIds: readonly string[]) {
  const rows = await loadScheduleRows(tx, networkId, siteIds, now);
  return new Map(compileRows(rows, services.schedules.calendars).map((schedule) => [schedule.siteId, schedule]));
}

async function consequencesOf(
  context: Context,
  facts: {
    readonly layer: Layer;
    readonly before: Setting;
    readonly after: Setting;
    readonly classesBefore: readonly ClassFacts[];
    readonly classesAfter: readonly ClassRow[];
    readonly siteIds: readonly string[];
    readonly hoursBefore: ReadonlyMap<string, SiteSchedule>;
  },
) {
  const { tx, networkId } = context;
  const [sites, spaces, meetings, hoursAfter] = await Promise.all([
    listSites(tx, networkId, {}, MOST_SITES),
    listSpaces(tx, networkId, facts.siteIds),
    listMeetings(tx, networkId, facts.siteIds, MOST_SHOWN + 1),
    schedulesOf(context, facts.siteIds),
  ]);
  const siteOf = new Map(sites.map(({ id, slug, name, timeZone }) => [id, { slug, name, timeZone }]));
  const spaceNames = new Map(spaces.map(({ id, name }) => [id, name]));
  const codeOf = new Map(facts.after.audiences.map(({ id, code }) => [id, code]));
  const publics = new Set(facts.after.audiences.filter(({ isStaff }) => !isStaff).map(({ id }) => id));
  const shown = { siteOf, spaceNames, codeOf, publics };
  return {
    pairs: changedPairs(facts),
    siteCount: facts.siteIds.length,
    groups: changedGroups(facts.classesBefore, facts.classesAfter, shown),
    bookings: {
      total: meetings.length,
      hasMore: meetings.length > MOST_SHOWN,
      items: meetings.slice(0, MOST_SHOWN).map((row) => meetingView(row, siteOf)),
    },
    hours: [...hoursAfter].flatMap(([siteId, after]) => {
      const old = facts.hoursBefore.get(siteId);
      const faults = newFaults(context, old, after, spaceNames);
      const site = siteOf.get(siteId);
      return faults.length === 0 || site === undefined ? [] : [{ site, faults }];
    }),
  };
}

function changedPairs({ layer, before, after }: { layer: Layer; before: Setting; after: Setting }) {
  const was = new Map(viewOf(before, layer).pairs.map((pair) => [pair.audiences.join(' '), pair.relation]));
  return viewOf(after, layer).pairs.flatMap(({ audiences, relation }) => {
    const old = was.get(audiences.join(' '));
    return old === undefined || old === relation ? [] : [{ audiences, before: old, after: relation }];
  });
}

interface Names {
  readonly siteOf: ReadonlyMap<string, { slug: string; name: string; timeZone: string }>;
  readonly spaceNames: ReadonlyMap<string, string>;
  readonly codeOf: ReadonlyMap<string, string>;
  readonly publics: ReadonlySet<string>;
}

/** Who may be together, before and after, said once for all the spaces where it is the same change. */
function changedGroups(before: readonly ClassFacts[], after: readonly ClassFacts[], names: Names) {
  const groups = (rows: readonly ClassFacts[], by: (row: ClassFacts) => string) =>
    [...Map.groupBy(rows, by).values()]
      .map((group) => group.map(({ audienceId }) => names.codeOf.get(audienceId) ?? '').sort())
      .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  const known = (rows: readonly ClassFacts[]) => rows.filter(({ audienceId }) => names.publics.has(audienceId));
  const together = (rows: readonly ClassFacts[]) => groups(known(rows), ({ audienceClass }) => audienceClass);
  const apart = (rows: readonly ClassFacts[]) =>
    groups(
      known(rows).filter(({ siteAxis }) => siteAxis !== ''),
      ({ siteAxis, siteClass }) => `${siteAxis} ${siteClass}`,
    );
  const bySpace = Map.groupBy(before, ({ spaceId }) => spaceId);
  const found = new Map<
    string,
    {
      before: { together: string[][]; apart: string[][] };
      after: { together: string[][]; apart: string[][] };
      spaces: { siteSlug: string; siteName: string; spaceName: string }[];
    }
  >();
  for (const [spaceId, rows] of Map.groupBy(after, (row) => row.spaceId)) {
    const old = bySpace.get(spaceId) ?? [];
    const was = { together: together(old), apart: apart(old) };
    const is = { together: together(rows), apart: apart(rows) };
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const key = JSON.stringify([was, is]);
    const entry = found.get(key) ?? { before: was, after: is, spaces: [] };
    const site = names.siteOf.get(rows[0]?.siteId ?? '');
    entry.spaces.push({
      siteSlug: site?.slug ?? '',
      siteName: site?.name ?? '',
      spaceName: names.spaceNames.get(spaceId) ?? '',
    });
    found.set(key, entry);
  }
  return [...found.values()].map(({ spaces, ...change }) => ({
    ...change,
    spaceCount: spaces.length,
    spaces: spaces.slice(0, MOST_SHOWN),
  }));
}

function meetingView(row: MeetingRow, siteOf: Names['siteOf']) {
  const site = siteOf.get(row.site_id);
  const side = (of: 'a' | 'b') => ({
    id: row[`${of}_id`],
    reference: row[`${of}_reference`],
    memberName: row[`${of}_member`],
    audience: row[`${of}_audience`],
    resourceName: row[`${of}_resource`],
  });
  return {
    kind: row.kind,
    site: site ?? { slug: '', name: '', timeZone: 'UTC' },
    spaceName: row.space_name,
    from: iso(Date.parse(row.starts_at)),
    until: iso(Date.parse(row.ends_at)),
    bookings: [side('a'), side('b')] as const,
  };
}

export interface HoursFault {
  readonly kind: 'overlap' | 'handover' | 'same_site';
  readonly audiences: readonly [string, string];
  readonly spaceNames: readonly string[];
  /** The template or the exception at fault; null for a clash between spaces, which may come from several. */
  readonly planName: string | null;
  /** ISO weekday; null: any day of the plan. */
  readonly weekday: number | null;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** What the plans of a site now promise that they may not, and did not before. */
function newFaults(
  context: Context,
  before: SiteSchedule | undefined,
  after: SiteSchedule,
  spaceNames: ReadonlyMap<string, string>,
): HoursFault[] {
  const today = localDateOf(context.now, after.schedule.zone);
  const was = new Set(
    (before === undefined ? [] : faultsOf(before, today, spaceNames)).map((fault) => JSON.stringify(fault)),
  );
  const seen = new Set<string>();
  return faultsOf(after, today, spaceNames).filter((fault) => {
    const key = JSON.stringify(fault);
    const isNew = !was.has(key) && !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function faultsOf(site: SiteSchedule, today: LocalDate, spaceNames: ReadonlyMap<string, string>): HoursFault[] {
  const { schedule } = site;
  const found: HoursFault[] = [];
  const names = (...ids: (string | null)[]) => [
    ...new Set(ids.flatMap((id) => (id === null ? [] : [spaceNames.get(id) ?? '']))),
  ];
  const add = (
    faults: readonly PlanFault[],
    windows: readonly { id: string; audience: string; startsAt: string; endsAt: string }[],
    plan: { name: string; weekdayOf: (id: string) => number | null },
  ) => {
    for (const fault of faults) {
      if (fault.reason !== 'incompatible_overlap' && fault.reason !== 'no_room_for_handover') continue;
      const [first, second] = fault.windowIds.map((id) => windows.find((window) => window.id === id));
      if (first === undefined || second === undefined) continue;
      found.push({
        kind: fault.reason === 'incompatible_overlap' ? 'overlap' : 'handover',
        audiences: [first.audience, second.audience],
        spaceNames: names(fault.spaceId),
        planName: plan.name,
        weekday: plan.weekdayOf(second.id),
        startsAt: second.startsAt,
        endsAt: second.endsAt,
      });
    }
  };
  for (const template of schedule.templates) {
    if (template.validUntil !== null && template.validUntil <= today) continue;
    const checked = checkTemplate(template, schedule.spaces);
    const weekday = (id: string) => template.windows.find((window) => window.id === id)?.weekday ?? null;
    if (!checked.ok) add(checked.detail ?? [], template.windows, { name: template.name, weekdayOf: weekday });
  }
  for (const exception of schedule.exceptions) {
    if (exception.date < today || exception.change.kind === 'remove') continue;
    const checked = checkException(exception, schedule.spaces);
    if (checked.ok) continue;
    const name = exception.reason ?? exception.date;
    add(checked.detail ?? [], exception.change.windows, { name, weekdayOf: () => weekdayOf(exception.date) });
  }
  if (site.siteClasses.size > 0) {
    const { windows } = expandRange(site.compiled, { from: today, until: addDays(today, LOOKED_AHEAD_DAYS) });
    for (const { from, until, windows: pair } of findSiteClashes(windows, site.siteClasses)) {
      // Said once, whichever of the two the plan names first.
      const [one, other] = pair.toSorted((a, b) => (a.audience < b.audience ? -1 : 1)) as [
        ScheduledWindow,
        ScheduledWindow,
      ];
      const date = localDateOf(from, schedule.zone);
      found.push({
        kind: 'same_site',
        audiences: [one.audience, other.audience],
        spaceNames: names(one.spaceId, other.spaceId),
        planName: null,
        weekday: weekdayOf(date),
        startsAt: localTimeOf(from, schedule.zone),
        endsAt: localDateOf(until, schedule.zone) === date ? localTimeOf(until, schedule.zone) : '24:00',
      });
    }
  }
  return found;
}

/** For whoever changed audiences or spaces: the classes that follow, or the refusal that ends the transaction. */
export async function followClasses(context: Context, siteId: string | null): Promise<void> {
  const written = await writeClasses(context.tx, context.networkId, siteId).catch((error: unknown) => {
    if (constraintViolation(error)?.code !== '23P01') throw error;
    throw new RefusalError('compatibility.bookings_would_meet', { bookings: NO_BOOKINGS });
  });
  if (written.ok) return;
  const refusal = await refuseClasses(context, written.reason, written.detail);
  if (!refusal.ok) throw new RefusalError(refusal.reason, refusal.detail);
}
