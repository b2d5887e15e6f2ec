import type { Weekday } from '@mitoyen/domain';
import type { Place } from './places.ts';
import type { SeededRandom } from './random.ts';

export type Price = 'desk' | 'room' | 'video' | null;

export interface ResourcePlan {
  readonly name: string;
  readonly kind: 'desk' | 'room' | 'video';
  readonly capacity: number;
  readonly price: Price;
  readonly bufferAfterMinutes: number;
  /** Bookings expected per half day, at a place of ordinary use. */
  readonly demand: number;
}

/** Minutes after midnight, local. */
export interface HoursPlan {
  readonly audience: 'professional' | 'youth' | 'general' | 'social' | 'training';
  readonly weekdays: readonly Weekday[];
  readonly from: number;
  readonly until: number;
  /** Open, and nobody ever comes: what a suggestion is made of. */
  readonly isIdle?: boolean;
}

export interface SpacePlan {
  readonly name: string;
  readonly kind: 'room' | 'open_area';
  readonly capacity: number;
  readonly handoverMinutes: number;
  /** Of its own door; null where the entrance leads straight in. */
  readonly doorName: string | null;
  /** Open by badge or PIN without anybody at the desk, also on public holidays. */
  readonly isUnattended: boolean;
  readonly resources: readonly ResourcePlan[];
  readonly hours: readonly HoursPlan[];
}

const at = (hour: number, minute = 0): number => hour * 60 + minute;

const WORKING_DAYS: readonly Weekday[] = [1, 2, 3, 4, 5];
const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
const SATURDAY: readonly Weekday[] = [6];
const WEDNESDAY: readonly Weekday[] = [3];

/** When the doors of a place are open on a working day: the noon break is the handover between many of its publics. */
interface Day {
  readonly opens: number;
  readonly noon: number;
  readonly reopens: number;
  readonly closes: number;
}

/**
 * The spaces of a place with their resources and weekly hours, by what the study says it was. Two publics that may not meet never
 * share a space: their windows keep at least the space's handover between them.
 */
export function planSpaces(place: Place, random: SeededRandom): SpacePlan[] {
  const isSimulated = place.slug === 'annot' || place.slug === 'apt' || place.slug === 'gap';
  const day: Day = isSimulated
    ? { opens: at(8, 30), noon: at(12, 30), reopens: at(13, 30), closes: at(18) }
    : {
        opens: random.pick([at(8, 30), at(9), at(9)]),
        noon: random.pick([at(12), at(12, 30)]),
        reopens: random.pick([at(13, 30), at(14)]),
        closes: random.pick([at(17), at(17, 30), at(18)]),
      };
  switch (place.layout) {
    case 'relay':
      return relay(place, day, random);
    case 'digital':
      return digital(place, day, random);
    case 'incubator':
      return incubator(place, random);
    case 'video_room':
      return [lentVideoRoom(random)];
    case 'video_point':
      return videoPoint(day, random);
    case 'training':
      return trainingCentre(day, random);
  }
}

function relay(place: Place, day: Day, random: SeededRandom): SpacePlan[] {
  // A place that opens by badge has hours that no desk clerk could have.
  const isUnattended = place.slug === 'annot';
  const desks: HoursPlan[] = isUnattended
    ? [{ audience: 'professional', weekdays: EVERY_DAY, from: at(7), until: at(22) }]
    : halfDays('professional', WORKING_DAYS, day);
  if (!isUnattended && random.chance(0.4)) {
    desks.push({ audience: 'general', weekdays: SATURDAY, from: at(9), until: at(12) });
  }
  const videoForAll = random.pick([2, 4] as const);
  return [
    openArea('Espace de travail partagé', deskNames(3), desks, isUnattended),
    room('Salle de visioconférence', 'Porte de la salle de visioconférence', videoEquipment(6), {
      handoverMinutes: 15,
      hours: [
        ...morning('professional', without(WORKING_DAYS, [videoForAll]), day),
        ...morning('social', [videoForAll], day),
        ...afternoon('professional', WORKING_DAYS, day),
      ],
    }),
    room('Bureau des permanences', 'Porte du bureau des permanences', meetingRoom('Bureau des permanences', 4, null), {
      handoverMinutes: 15,
      hours: [
        ...morning('social', isUnattended ? [2, 4] : [2], day),
        ...morning('professional', isUnattended ? [1, 3, 5] : [1, 3, 4, 5], day),
        ...afternoon('professional', WORKING_DAYS, day),
      ],
    }),
    ...(place.slug === 'annot' ? [youthRoom()] : []),
  ];
}

/** Staffed all day, and empty while the young are at school. */
function youthRoom(): SpacePlan {
  return {
    name: 'Salle des jeunes',
    kind: 'room',
    capacity: 12,
    handoverMinutes: 15,
    doorName: null,
    isUnattended: false,
    resources: Array.from({ length: 3 }, (_, index) => ({
      name: `Poste jeunes ${index + 1}`,
      kind: 'desk',
      capacity: 1,
      price: null,
      bufferAfterMinutes: 0,
      demand: 0.35,
    })),
    hours: [
      { audience: 'youth', weekdays: WORKING_DAYS, from: at(9), until: at(16), isIdle: true },
      { audience: 'youth', weekdays: WORKING_DAYS, from: at(16), until: at(18, 30) },
    ],
  };
}

function digital(place: Place, day: Day, random: SeededRandom): SpacePlan[] {
  const seats = place.slug === 'apt' ? 6 : random.between(4, 7);
  const trainingDay = random.pick([2, 4] as const);
  const hasSaturday = place.slug === 'apt' || random.chance(0.7);
  const computers: HoursPlan[] = [
    ...morning('professional', without(WORKING_DAYS, [trainingDay]), day),
    ...morning('training', [trainingDay], day),
    ...afternoon('general', [1, 2, 4, 5], day),
    { audience: 'youth', weekdays: WEDNESDAY, from: at(13, 30), until: at(17, 30) },
  ];
  if (hasSaturday) computers.push({ audience: 'general', weekdays: SATURDAY, from: at(9), until: at(12, 30) });
  return [
    {
      name: 'Salle informatique',
      kind: 'room',
      capacity: seats + 6,
      handoverMinutes: random.pick([15, 30]),
      doorName: 'Porte de la salle informatique',
      isUnattended: false,
      resources: Array.from({ length: seats }, (_, index) => ({
        name: `Poste ${index + 1}`,
        kind: 'desk',
        capacity: 1,
        price: null,
        bufferAfterMinutes: 0,
        demand: 0.26,
      })),
      hours: computers,
    },
    openArea('Espace de travail', deskNames(place.slug === 'apt' ? 4 : random.between(2, 3)), [
      ...halfDays('professional', WORKING_DAYS, day),
    ]),
  ];
}

function incubator(place: Place, random: SeededRandom): SpacePlan[] {
  const opens = random.pick([at(8), at(8, 30)]);
  const closes = random.pick([at(18), at(18, 30), at(19)]);
  const isUnattended = place.slug === 'gap';
  const workDay: HoursPlan = { audience: 'professional', weekdays: WORKING_DAYS, from: opens, until: closes };
  const floor: HoursPlan = isUnattended
    ? { audience: 'professional', weekdays: EVERY_DAY, from: 0, until: at(24) }
    : workDay;
  const meeting: HoursPlan[] = [workDay];
  if (random.chance(0.3)) meeting.push({ audience: 'training', weekdays: SATURDAY, from: at(9), until: at(12) });
  return [
    openArea('Plateau partagé', deskNames(isUnattended ? 8 : random.between(4, 7)), [floor], isUnattended),
    room('Salle de réunion', 'Porte de la salle de réunion', meetingRoom('Salle de réunion', 10, 'room'), {
      handoverMinutes: 0,
      hours: meeting,
    }),
    room('Salle de visioconférence', 'Porte de la salle de visioconférence', videoEquipment(6), {
      handoverMinutes: 0,
      hours: [workDay],
    }),
  ];
}

/** A room of a university or a hospital: its owner comes first, others have the afternoons that are left. */
function lentVideoRoom(random: SeededRandom): SpacePlan {
  const days = without(WORKING_DAYS, [random.pick(WORKING_DAYS), 5]);
  return room('Salle de visioconférence', 'Porte de la salle de visioconférence', videoEquipment(12), {
    handoverMinutes: 15,
    hours: [
      { audience: 'professional', weekdays: days, from: at(14), until: at(17) },
      { audience: 'training', weekdays: [5], from: at(9), until: at(12) },
    ],
  });
}

function videoPoint(day: Day, random: SeededRandom): SpacePlan[] {
  const socialDay = random.pick([2, 4] as const);
  return [
    room('Salle visio', 'Porte de la salle visio', videoEquipment(8), {
      handoverMinutes: 15,
      hours: [
        ...morning('social', [socialDay], day),
        ...morning('professional', without(WORKING_DAYS, [socialDay]), day),
        ...afternoon('professional', WORKING_DAYS, day),
      ],
    }),
    openArea('Espace de travail', deskNames(2), halfDays('professional', WORKING_DAYS, day)),
  ];
}

function trainingCentre(day: Day, random: SeededRandom): SpacePlan[] {
  const youthAfternoon = random.chance(0.5);
  return [
    room('Salle de formation', 'Porte de la salle de formation', meetingRoom('Salle de formation', 16, 'room'), {
      handoverMinutes: 30,
      hours: [
        ...morning('training', [1, 3], day),
        ...morning('professional', [2, 4, 5], day),
        ...afternoon('professional', youthAfternoon ? [1, 2, 4, 5] : WORKING_DAYS, day),
        ...(youthAfternoon ? afternoon('youth', WEDNESDAY, day) : []),
      ],
    }),
    room('Petit salon', 'Porte du petit salon', meetingRoom('Petit salon', 5, 'room'), {
      handoverMinutes: 15,
      hours: halfDays('professional', WORKING_DAYS, day),
    }),
    openArea('Bureaux de passage', deskNames(2), halfDays('professional', WORKING_DAYS, day)),
  ];
}

function openArea(
  name: string,
  desks: readonly string[],
  hours: readonly HoursPlan[],
  isUnattended = false,
): SpacePlan {
  return {
    name,
    kind: 'open_area',
    capacity: desks.length * 2,
    handoverMinutes: 15,
    doorName: null,
    isUnattended,
    resources: desks.map((desk) => ({
      name: desk,
      kind: 'desk',
      capacity: 1,
      price: 'desk',
      bufferAfterMinutes: 0,
      demand: 0.19,
    })),
    hours,
  };
}

function room(
  name: string,
  doorName: string,
  resource: ResourcePlan,
  rest: Pick<SpacePlan, 'handoverMinutes' | 'hours'>,
): SpacePlan {
  return {
    name,
    kind: 'room',
    capacity: resource.capacity,
    doorName,
    isUnattended: false,
    resources: [resource],
    ...rest,
  };
}

/** The study: equipment worth thousands, used "très occasionnellement". */
function videoEquipment(capacity: number): ResourcePlan {
  return {
    name: 'Visioconférence',
    kind: 'video',
    capacity,
    price: 'video',
    bufferAfterMinutes: 15,
    demand: 0.12,
  };
}

function meetingRoom(name: string, capacity: number, price: Price): ResourcePlan {
  return { name, kind: 'room', capacity, price, bufferAfterMinutes: 15, demand: 0.32 };
}

function deskNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `Bureau ${index + 1}`);
}

function morning(audience: HoursPlan['audience'], weekdays: readonly Weekday[], day: Day): HoursPlan[] {
  return [{ audience, weekdays, from: day.opens, until: day.noon }];
}

function afternoon(audience: HoursPlan['audience'], weekdays: readonly Weekday[], day: Day): HoursPlan[] {
  return [{ audience, weekdays, from: day.reopens, until: day.closes }];
}

function halfDays(audience: HoursPlan['audience'], weekdays: readonly Weekday[], day: Day): HoursPlan[] {
  return [...morning(audience, weekdays, day), ...afternoon(audience, weekdays, day)];
}

function without(weekdays: readonly Weekday[], out: readonly Weekday[]): Weekday[] {
  return weekdays.filter((weekday) => !out.includes(weekday));
}
