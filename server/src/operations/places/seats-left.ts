import { roomLeft, type Window } from '@mitoyen/domain';
import type { SiteFacts } from './site-facts.ts';

/** How many more people could come: bounded by the seats, and by what the building may hold. */
export function seatsLeft(facts: SiteFacts, resource: SiteFacts['resources'][number], open: readonly Window[]) {
  const ofResource = facts.busy.filter(({ resourceId }) => resourceId === resource.id);
  const seats = {
    capacity: resource.capacity,
    presences: ofResource.map((fact) => ({ ...fact.occupied, seats: fact.seats })),
  };
  const { buildingCapacity } = facts.schedule;
  const building =
    buildingCapacity === null
      ? []
      : [{ capacity: buildingCapacity, presences: facts.busy.map((fact) => ({ ...fact.present, seats: fact.seats })) }];
  return roomLeft(open, [seats, ...building]);
}
