/** How far a recurring booking may reach, and how much of a place one person may hold with it. */
export interface SeriesLimits {
  /** How many days ahead the last occurrence may begin. */
  readonly horizonDays: number;
  /** Occurrences to come of all recurring bookings of a member together. */
  readonly mostUpcoming: number;
}

/**
 * A member is held to the horizon of single bookings, and to two a week of it: more would keep others out of a place that is for
 * everybody. Staff book for a club, a class, a service: three school years, each working day.
 */
export const SERIES_LIMITS = {
  member: { horizonDays: 90, mostUpcoming: 26 },
  staff: { horizonDays: 1_096, mostUpcoming: 2_000 },
} as const satisfies Readonly<Record<'member' | 'staff', SeriesLimits>>;

/** Of one recurring booking: each working day of three years. */
export const MOST_OCCURRENCES = 800;
