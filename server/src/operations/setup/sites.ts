import { searchText } from '@mitoyen/db';
import {
  deleteSite,
  findSite,
  findSiteSettings,
  findStructure,
  insertSite,
  listAllSpaces,
  updateSite,
} from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { defaultsOf, departementOf } from '../../schedule/departements.ts';
import { loadSite } from '../host/load-site.ts';
import { removedEntirely } from './remove.ts';
import { getSiteSetup, type SiteSetup } from './site-setup.ts';

export interface SiteIdentity {
  readonly name: string;
  readonly description: string | null;
  readonly addressLine: string | null;
  readonly postalCode: string;
  readonly commune: string;
  readonly inseeCode: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly programmes: readonly string[];
}

export interface NewSite extends SiteIdentity {
  readonly slug: string;
  readonly country: string;
  /** Absent: as the département has it. */
  readonly timeZone?: string | undefined;
  readonly holidayCalendar?: string | null | undefined;
  readonly schoolCalendar?: string | null | undefined;
  readonly schoolZone?: string | null | undefined;
}

const SITE_KEY_BYTES = 32;
const FRENCH_SCHOOLS = 'FR';

const searched = (site: { name: string; commune: string; postalCode: string }) =>
  searchText(`${site.name} ${site.commune} ${site.postalCode}`);

/** An IANA zone by name; an offset is none, since it knows no summer. */
function isTimeZone(zone: string, { now }: Context): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

/** Calendars that a new site may name: those of the release and of the installation. */
export async function listCalendars({ services }: Context) {
  const { holidayIds, schoolIds } = services.schedules.calendars;
  return ok({ holidays: [...holidayIds], school: schoolIds.map(({ id, zones }) => ({ id, zones: [...zones] })) });
}

/** What a place in this commune keeps unless it says otherwise. Refusal: `not_found` (no such French département). */
export async function getSiteDefaults(_: Context, inseeCode: string) {
  const defaults = defaultsOf(inseeCode);
  if (defaults === null) return refuse('not_found');
  return ok({ ...defaults, schoolCalendar: defaults.schoolZone === null ? null : FRENCH_SCHOOLS });
}

/**
 * Adds a site to a structure. It has a key of its own, no space yet, and is not found by search until its host says so.
 * Refusals: `not_found`, `request.invalid` (a time zone or calendar that nobody knows), `setup.slug_taken`.
 */
export async function createSite(context: Context, structureId: string, input: NewSite): Promise<Result<SiteSetup>> {
  const { tx, networkId, now, services } = context;
  if ((await findStructure(tx, networkId, structureId)) === null) return refuse('not_found');
  const defaults = input.country === 'FR' ? defaultsOf(input.inseeCode) : null;
  const {
    timeZone = defaults?.timeZone,
    holidayCalendar = defaults?.holidayCalendar ?? null,
    schoolZone = defaults?.schoolZone ?? null,
    schoolCalendar = schoolZone === null ? null : FRENCH_SCHOOLS,
  } = input;
  const { calendars } = services.schedules;
  const school = calendars.schoolIds.find(({ id }) => id === schoolCalendar);
  const errors = [
    ...(timeZone === undefined || !isTimeZone(timeZone, context)
      ? [{ path: 'body/timeZone', message: 'unknown' }]
      : []),
    ...(holidayCalendar !== null && calendars.holidays(holidayCalendar) === null
      ? [{ path: 'body/holidayCalendar', message: 'unknown' }]
      : []),
    ...(schoolCalendar !== null && school === undefined ? [{ path: 'body/schoolCalendar', message: 'unknown' }] : []),
    ...(schoolZone !== null && school !== undefined && !school.zones.includes(schoolZone)
      ? [{ path: 'body/schoolZone', message: 'unknown' }]
      : []),
  ];
  if (timeZone === undefined || errors.length > 0) return refuse('request.invalid', { errors });
  // Two who create it at once: the database refuses the second by the same name.
  if ((await findSite(tx, networkId, { slug: input.slug })) !== null) return refuse('setup.slug_taken');

  const id = makeId(services, now);
  const key = Buffer.from(services.random(SITE_KEY_BYTES)).toString('base64url');
  await insertSite(tx, {
    networkId,
    id,
    structureId,
    slug: input.slug,
    ...columnsOf(input),
    departement: input.country === 'FR' ? departementOf(input.inseeCode) : '',
    country: input.country,
    timeZone,
    holidayCalendar,
    schoolCalendar,
    schoolZone,
    isListed: false,
    siteKeySealed: services.vault.seal(key, `site-key:${id}`),
    createdAt: now,
  });
  return getSiteSetup(context, input.slug);
}

function columnsOf(site: SiteIdentity) {
  return {
    name: site.name.trim(),
    description: textOrNull(site.description),
    addressLine: textOrNull(site.addressLine),
    postalCode: site.postalCode.trim(),
    commune: site.commune.trim(),
    inseeCode: site.inseeCode,
    latitude: site.latitude,
    longitude: site.longitude,
    programmes: [...new Set(site.programmes)],
    searchText: searched(site),
  };
}

const textOrNull = (text: string | null): string | null => (text === null || text.trim() === '' ? null : text.trim());

/**
 * Changes what a site says of itself; what is absent stays. Its slug, its zone and its structure never change: links, hours and invoices
 * depend on them. Refusals: `not_found`, `auth.forbidden`.
 */
export async function changeSite(
  context: Context,
  slug: string,
  changes: Partial<SiteIdentity> & { readonly isListed?: boolean },
): Promise<Result<SiteSetup>> {
  const { tx, networkId } = context;
  const site = await loadSite(context, slug, 'site.configure');
  if (!site.ok) return site;
  const known = await findSiteSettings(tx, networkId, site.value.id);
  if (known === null) return refuse('not_found');
  const { isListed = known.isListed, ...identity } = changes;
  const merged = { ...known, ...identity };
  await updateSite(tx, networkId, known.id, {
    ...columnsOf(merged),
    departement: known.country === 'FR' ? departementOf(merged.inseeCode) : known.departement,
    isListed,
  });
  return getSiteSetup(context, slug);
}

/** Only a site that has nothing can go; another one is taken out of the search. Refusals: `not_found`, `setup.still_used`. */
export async function removeSite(context: Context, slug: string): Promise<Result<null>> {
  const { tx, networkId } = context;
  const site = await findSite(tx, networkId, { slug });
  if (site === null) return refuse('not_found');
  if (await removedEntirely(tx, (inner) => deleteSite(inner, networkId, site.id))) return ok(null);
  const spaces = await listAllSpaces(tx, networkId, site.id);
  const kind = spaces.length > 0 ? 'spaces' : 'records';
  return refuse('setup.still_used', { inTheWay: [{ kind, count: Math.max(1, spaces.length) }] });
}
