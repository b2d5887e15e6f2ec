import type { DayPlan } from '#lib/planner/day-plan.ts';
import type { DayFact, PlannedWindow } from '#lib/planner/types.ts';
import { windowsOf } from '#lib/planner/week-edit.ts';

export interface PlacedBooking {
  readonly id: string;
  readonly spaceId: string;
  readonly startMinute: number;
  readonly endMinute: number;
  readonly seats: number;
  readonly audience: string;
  readonly resourceName: string;
  readonly memberName: string;
  readonly isSeries: boolean;
}

export interface PlacedReferent {
  readonly spaceId: string | null;
  readonly startMinute: number;
  readonly endMinute: number;
  readonly name: string;
  readonly isPresent: boolean;
}

/** Hours lent to a partner by an agreement: they are not this planner's to change. */
export interface AgreedSpan {
  readonly spaceId: string;
  readonly startMinute: number;
  readonly endMinute: number;
  readonly audience: string;
}

/** A column of the week. */
export interface WeekDay {
  readonly weekday: number;
  /** Null in a week without dates. */
  readonly date: string | null;
  readonly fact: DayFact | null;
  readonly plan: DayPlan;
  /** Of a week without dates: the template that it is of. */
  readonly templateId: string | null;
  readonly bookings: readonly PlacedBooking[];
  readonly referents: readonly PlacedReferent[];
  readonly agreed: readonly AgreedSpan[];
}

export function windowOn(day: WeekDay, id: string): PlannedWindow | undefined {
  return windowsOf(day.plan).find((window) => window.id === id);
}

/** The most people booked at once. */
export function peakOf(bookings: readonly PlacedBooking[]): number {
  return Math.max(
    0,
    ...bookings.map(({ startMinute }) =>
      bookings
        .filter((other) => other.startMinute <= startMinute && startMinute < other.endMinute)
        .reduce((sum, { seats }) => sum + seats, 0),
    ),
  );
}
