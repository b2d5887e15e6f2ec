import { createHash, randomBytes } from 'node:crypto';
import type { Vault } from '@mitoyen/db';
import { searchText } from '@mitoyen/db';
import type {
  closures,
  devices,
  doorSpaces,
  doors,
  hostStructures,
  resources,
  scheduleTemplates,
  sites,
  spaces,
  tariffs,
  templateWindows,
} from '@mitoyen/db/schema';
import {
  addDays,
  type Closure,
  type CompiledSchedule,
  compileSchedule,
  dayWindow,
  frenchHolidays,
  type LocalDate,
  localDateOf,
  publicHolidays,
  type ResourceFacts,
  type Tariff,
  type TemplateWindow,
  timeOfMinutes,
  type VatKind,
} from '@mitoyen/domain';
import { type Price, planSpaces, type ResourcePlan, type SpacePlan } from './layout.ts';
import type { Maker } from './maker.ts';
import { type Place, readPlaces, SIMULATED_SITES, type SimulatedSite, type Structure } from './places.ts';
import type { SeededRandom } from './random.ts';

export const ZONE = 'Europe/Paris';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const PAST_DAYS = 182;
export const FUTURE_DAYS = 28;
/** As far ahead as anybody may book, and a little. */
const CLOSURE_DAYS_AHEAD = 120;

export interface SeedAudience {
  readonly id: string;
  readonly audienceClass: string;
}

export interface SeedResource extends ResourceFacts {
  readonly plan: ResourcePlan;
  readonly tariff: Tariff | null;
}

export interface SeedSpace {
  readonly id: string;
  readonly plan: SpacePlan;
  readonly handoverMs: number;
  readonly resources: readonly SeedResource[];
  /** Windows of its week in which nobody ever comes. */
  readonly idleWindowIds: Set<string>;
}

export interface SeedDoor {
  readonly id: string;
  readonly name: string;
  /** Null: the entrance. */
  readonly spaceId: string | null;
  readonly devices: { readonly reader: SeedDevice; readonly lock: SeedDevice; readonly contact: SeedDevice } | null;
}

export interface SeedDevice {
  readonly id: string;
  readonly address: string;
}

export interface SeedSite {
  readonly id: string;
  readonly place: Place;
  readonly structureId: string;
  /** 1 is ordinary: some places are full, others stand idle. */
  readonly popularity: number;
  readonly spaces: readonly SeedSpace[];
  /** Its hours, closures taken out. */
  readonly hours: CompiledSchedule;
  readonly closures: readonly Closure[];
  readonly doors: readonly SeedDoor[];
  readonly motion: SeedDevice | null;
  readonly counter: SeedDevice | null;
}

export interface PlaceRows {
  readonly hostStructures: (typeof hostStructures.$inferInsert)[];
  readonly tariffs: (typeof tariffs.$inferInsert)[];
  readonly sites: (typeof sites.$inferInsert)[];
  readonly spaces: (typeof spaces.$inferInsert)[];
  readonly resources: (typeof resources.$inferInsert)[];
  readonly scheduleTemplates: (typeof scheduleTemplates.$inferInsert)[];
  readonly templateWindows: (typeof templateWindows.$inferInsert)[];
  readonly closures: (typeof closures.$inferInsert)[];
  readonly doors: (typeof doors.$inferInsert)[];
  readonly doorSpaces: (typeof doorSpaces.$inferInsert)[];
  readonly devices: (typeof devices.$inferInsert)[];
}

interface Prices {
  readonly hour: number;
  readonly halfDay: number;
  readonly day: number;
}

/** Cents, VAT included where there is any. */
const PRICES: Readonly<Record<Structure['legalForm'], Readonly<Record<Exclude<Price, null>, Prices>>>> = {
  public_body: {
    desk: { hour: 200, halfDay: 600, day: 1_000 },
    room: { hour: 800, halfDay: 2_400, day: 4_000 },
    video: { hour: 1_000, halfDay: 3_000, day: 5_000 },
  },
  association: {
    desk: { hour: 300, halfDay: 1_000, day: 1_500 },
    room: { hour: 1_200, halfDay: 3_600, day: 6_000 },
    video: { hour: 1_500, halfDay: 4_500, day: 7_500 },
  },
  company: {
    desk: { hour: 400, halfDay: 1_400, day: 2_200 },
    room: { hour: 1_800, halfDay: 5_400, day: 9_000 },
    video: { hour: 2_000, halfDay: 6_000, day: 10_000 },
  },
};

const TARIFF_NAMES: Readonly<Record<Exclude<Price, null>, string>> = {
  desk: 'Bureau',
  room: 'Salle',
  video: 'Visioconférence',
};

const VAT_OF_FORM: Readonly<Record<Structure['legalForm'], VatKind>> = {
  public_body: 'out_of_scope',
  association: 'exempt_293b',
  company: 'standard_20',
};

export function isSimulated(slug: string): slug is SimulatedSite {
  return (SIMULATED_SITES as readonly string[]).includes(slug);
}

/** Every place of the study as a site with its spaces, resources, hours, closures and doors; devices where a bridge is simulated. */
export function buildSites(
  maker: Maker,
  random: SeededRandom,
  vault: Vault,
  audiences: ReadonlyMap<string, SeedAudience>,
): { sites: SeedSite[]; rows: PlaceRows } {
  const { places, structures } = readPlaces();
  const { networkId, now } = maker;
  const rows: PlaceRows = {
    hostStructures: [],
    tariffs: [],
    sites: [],
    spaces: [],
    resources: [],
    scheduleTemplates: [],
    templateWindows: [],
    closures: [],
    doors: [],
    doorSpaces: [],
    devices: [],
  };
  const openedAt = now - (PAST_DAYS + 200) * DAY_MS;
  const structureOf = new Map(
    structures.map((structure) => [structure.name, addStructure(maker, rows, structure, openedAt)]),
  );
  const today = localDateOf(now, ZONE);

  const built = places.map((place): SeedSite => {
    const ofSite = random.fork(place.slug);
    const id = maker.id(openedAt);
    const structure = structureOf.get(place.structureName);
    if (structure === undefined) throw new Error(`no structure ${place.structureName}`);
    rows.sites.push({
      networkId,
      id,
      structureId: structure.id,
      slug: place.slug,
      name: place.name,
      description: place.description,
      addressLine: null,
      postalCode: place.postalCode,
      commune: place.commune,
      inseeCode: place.inseeCode,
      departement: place.departement,
      latitude: place.latitude,
      longitude: place.longitude,
      timeZone: ZONE,
      schoolZone: place.schoolZone,
      // The demo's closures say which spaces keep the holidays: those that nobody attends do not.
      onPublicHolidays: 'as_usual',
      programmes: [...place.programmes],
      searchText: searchText(`${place.name} ${place.commune} ${place.postalCode}`),
      siteKeySealed: vault.seal(randomBytes(32).toString('base64url'), `site-key:${id}`),
      isDemo: true,
      createdAt: openedAt,
    });

    const built = planSpaces(place, ofSite).map((plan, position) =>
      addSpace(maker, rows, id, plan, position, structure.tariffs, openedAt),
    );
    const templateId = maker.id(openedAt);
    rows.scheduleTemplates.push({
      networkId,
      id: templateId,
      siteId: id,
      name: 'Toute l’année',
      period: { kind: 'always' },
      createdAt: openedAt,
    });
    const windows = built.flatMap((space) => addHours(maker, rows, { id, templateId }, space, audiences, openedAt));
    const closed = closuresOf(today, built, ofSite);
    for (const closure of closed) {
      rows.closures.push({
        networkId,
        id: maker.id(openedAt),
        siteId: id,
        spaceId: closure.spaceId,
        during: { from: closure.from, until: closure.until },
        reason: closure.reason,
        createdAt: openedAt,
      });
    }
    const hasDevices = isSimulated(place.slug);
    const siteDoors = addDoors(maker, rows, { id, slug: place.slug }, built, hasDevices, openedAt);
    const sensor = (kind: 'motion' | 'counter', name: string, address: string, spaceId: string | null) => {
      const device = { id: maker.id(openedAt), address };
      rows.devices.push(deviceRow(maker, id, device, { kind, family: 'zigbee2mqtt', name, doorId: null, spaceId }));
      return device;
    };
    return {
      id,
      place,
      structureId: structure.id,
      popularity: hasDevices ? 2.8 : ofSite.pick([0.25, 0.5, 0.7, 0.9, 1, 1.2, 1.5]),
      spaces: built,
      hours: compileSchedule({
        zone: ZONE,
        calendar: { holidays: frenchHolidays(), school: null },
        spaces: built.map((space) => ({
          id: space.id,
          handoverMs: space.handoverMs,
          classes: new Map([...audiences].map(([code, { audienceClass }]) => [code, audienceClass])),
        })),
        templates: [
          {
            id: templateId,
            name: '',
            spaceIds: null,
            period: { kind: 'always' },
            validFrom: null,
            validUntil: null,
            windows,
          },
        ],
        exceptions: [],
        closures: closed,
        onPublicHolidays: 'as_usual',
      }),
      closures: closed,
      doors: siteDoors,
      motion: hasDevices ? sensor('motion', 'Détecteur de mouvement', 'mouvement-espace', built[0]?.id ?? null) : null,
      counter: hasDevices ? sensor('counter', 'Compteur de personnes', 'compteur-entree', null) : null,
    };
  });
  return { sites: built, rows };
}

function addStructure(maker: Maker, rows: PlaceRows, structure: Structure, at: number) {
  const { networkId } = maker;
  const id = maker.id(at);
  rows.hostStructures.push({
    networkId,
    id,
    name: structure.name,
    legalForm: structure.legalForm,
    labels: [...structure.labels],
    contactEmail: structure.contactEmail,
    isDemo: true,
    createdAt: at,
  });
  const tariffs = new Map<Price, Tariff>();
  for (const price of ['desk', 'room', 'video'] as const) {
    const { hour, halfDay, day } = PRICES[structure.legalForm][price];
    const tariff: Tariff = {
      id: maker.id(at),
      currency: 'EUR',
      hourMinor: hour,
      halfDayMinor: halfDay,
      dayMinor: day,
      vatKind: VAT_OF_FORM[structure.legalForm],
      halfDayHours: 4,
    };
    tariffs.set(price, tariff);
    rows.tariffs.push({ networkId, structureId: id, name: TARIFF_NAMES[price], ...tariff });
  }
  return { id, tariffs };
}

function addSpace(
  maker: Maker,
  rows: PlaceRows,
  siteId: string,
  plan: SpacePlan,
  position: number,
  tariffs: ReadonlyMap<Price, Tariff>,
  at: number,
): SeedSpace {
  const { networkId } = maker;
  const id = maker.id(at);
  const handoverMs = plan.handoverMinutes * MINUTE_MS;
  rows.spaces.push({
    networkId,
    id,
    siteId,
    name: plan.name,
    kind: plan.kind,
    capacity: plan.capacity,
    handoverMinutes: plan.handoverMinutes,
    position,
  });
  const built = plan.resources.map((resource, order): SeedResource => {
    const tariff = tariffs.get(resource.price) ?? null;
    const facts = {
      id: maker.id(at),
      spaceId: id,
      bufferBeforeMs: 0,
      bufferAfterMs: resource.bufferAfterMinutes * MINUTE_MS,
      handoverMs,
      seats: null,
    };
    rows.resources.push({
      networkId,
      id: facts.id,
      siteId,
      spaceId: id,
      tariffId: tariff?.id ?? null,
      name: resource.name,
      kind: resource.kind,
      capacity: resource.capacity,
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: resource.bufferAfterMinutes,
      isActive: true,
      position: position * 20 + order,
    });
    return { ...facts, plan: resource, tariff };
  });
  return { id, plan, handoverMs, resources: built, idleWindowIds: new Set() };
}

function addHours(
  maker: Maker,
  rows: PlaceRows,
  of: { readonly id: string; readonly templateId: string },
  space: SeedSpace,
  audiences: ReadonlyMap<string, SeedAudience>,
  at: number,
): TemplateWindow[] {
  return space.plan.hours.flatMap((hours) => {
    const audience = audiences.get(hours.audience);
    if (audience === undefined) throw new Error(`no audience ${hours.audience}`);
    return hours.weekdays.map((weekday): TemplateWindow => {
      const id = maker.id(at);
      if (hours.isIdle) space.idleWindowIds.add(id);
      rows.templateWindows.push({
        networkId: maker.networkId,
        id,
        siteId: of.id,
        templateId: of.templateId,
        spaceId: space.id,
        audienceId: audience.id,
        weekday,
        startsAtMinute: hours.from,
        endsAtMinute: hours.until,
        position: rows.templateWindows.length,
      });
      return {
        id,
        spaceId: space.id,
        audience: hours.audience,
        weekday,
        startsAt: timeOfMinutes(hours.from),
        endsAt: timeOfMinutes(hours.until),
      };
    });
  });
}

/** Public holidays and a summer break; unattended spaces stay open all year. */
function closuresOf(today: LocalDate, spaces: readonly SeedSpace[], random: SeededRandom): Closure[] {
  const first = addDays(today, -PAST_DAYS);
  const last = addDays(today, CLOSURE_DAYS_AHEAD);
  const years = [...new Set([first, today, last].map((date) => Number(date.slice(0, 4))))];
  const days = years.flatMap((year) => [
    ...publicHolidays(year).map(({ date, name }) => ({ first: date, last: date, reason: name.fr })),
    ...(random.chance(0.5)
      ? [{ first: `${year}-08-03`, last: `${year}-08-${random.pick(['14', '21'])}`, reason: 'Congés annuels' }]
      : []),
  ]);
  const attended = spaces.filter((space) => !space.plan.isUnattended);
  const closed = attended.length === spaces.length ? [null] : attended.map((space) => space.id);
  return days
    .filter((day) => day.last >= first && day.first <= last)
    .flatMap((day) =>
      closed.map((spaceId) => ({
        spaceId,
        from: dayWindow(day.first, ZONE).from,
        until: dayWindow(day.last, ZONE).until,
        reason: day.reason,
      })),
    );
}

function addDoors(
  maker: Maker,
  rows: PlaceRows,
  { id: siteId, slug }: { id: string; slug: string },
  spaces: readonly SeedSpace[],
  hasDevices: boolean,
  at: number,
): SeedDoor[] {
  const { networkId } = maker;
  const hardware = slug === SITE_WITH_RELAYS ? relayHardware(slug) : zigbeeHardware;
  const planned = [
    { name: "Porte d'entrée", space: null, prefix: 'entree' },
    ...spaces.flatMap((space) =>
      space.plan.doorName === null
        ? []
        : [{ name: space.plan.doorName, space, prefix: searchText(space.plan.name).replaceAll(' ', '-') }],
    ),
  ];
  return planned.map(({ name, space, prefix }, position): SeedDoor => {
    const id = maker.id(at);
    rows.doors.push({ networkId, id, siteId, name, isEntrance: space === null, position });
    for (const behind of space === null ? spaces : [space]) {
      rows.doorSpaces.push({ networkId, siteId, doorId: id, spaceId: behind.id });
    }
    if (!hasDevices) return { id, name, spaceId: space?.id ?? null, devices: null };
    const device = (kind: 'reader' | 'lock' | 'contact', what: string): SeedDevice => {
      const { family, address } = hardware(prefix)[kind];
      const made = { id: maker.id(at), address };
      const about = { kind, family, name: `${what}, ${name}`, doorId: id, spaceId: null };
      rows.devices.push(deviceRow(maker, siteId, made, about));
      return made;
    };
    return {
      id,
      name,
      spaceId: space?.id ?? null,
      devices: {
        reader: device('reader', 'Clavier'),
        lock: device('lock', 'Serrure'),
        contact: device('contact', 'Contact'),
      },
    };
  });
}

function deviceRow(
  maker: Maker,
  siteId: string,
  device: SeedDevice,
  rest: {
    kind: 'reader' | 'lock' | 'contact' | 'motion' | 'counter';
    family: string;
    name: string;
    doorId: string | null;
    spaceId: string | null;
  },
): typeof devices.$inferInsert {
  return { networkId: maker.networkId, id: device.id, siteId, address: device.address, ...rest };
}

type DoorDevices = Record<'reader' | 'lock' | 'contact', { family: string; address: string }>;

/** One of the three has relays at its strikes, so that the demo shows two makes of hardware. */
const SITE_WITH_RELAYS: SimulatedSite = 'gap';

const zigbeeHardware = (prefix: string): DoorDevices => ({
  reader: { family: 'zigbee2mqtt', address: `${prefix}-clavier` },
  lock: { family: 'zigbee2mqtt', address: `${prefix}-serrure` },
  contact: { family: 'zigbee2mqtt', address: `${prefix}-contact` },
});

/** A Shelly at the strike, the contact at its input, and an esp-rfid reader. Ids as the makers' are, and the same at every seed. */
const relayHardware =
  (slug: string) =>
  (prefix: string): DoorDevices => {
    const shelly = `shellyplus1-${createHash('sha256').update(`${slug}/${prefix}`).digest('hex').slice(0, 12)}`;
    return {
      reader: { family: 'esp_rfid', address: `/rfid/${prefix}` },
      lock: { family: 'shelly', address: `${shelly}/switch:0` },
      contact: { family: 'shelly', address: `${shelly}/input:0` },
    };
  };
