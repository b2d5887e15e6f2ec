import type { BookableRefusal } from '@mitoyen/domain';
import type { ProblemCode } from '../../problems.ts';

/** The domain's reasons as the API names them. */
export const BOOKABLE_PROBLEMS: Readonly<Record<BookableRefusal, ProblemCode>> = {
  not_a_window: 'booking.ends_before_it_starts',
  off_grid: 'booking.off_grid',
  too_short: 'booking.too_short',
  too_long: 'booking.too_long',
  not_one_day: 'booking.too_long',
  in_the_past: 'booking.in_the_past',
  too_far_ahead: 'booking.too_far_ahead',
  closed: 'booking.closed',
  in_handover: 'booking.in_handover',
  outside_opening_window: 'booking.outside_opening_window',
  audience_not_admitted: 'booking.audience_not_admitted',
  resource_taken: 'booking.conflict',
  space_in_other_use: 'booking.space_in_other_use',
  site_in_other_use: 'booking.site_in_other_use',
  too_few_seats: 'booking.too_few_seats',
  building_full: 'booking.building_full',
};

/** Refusals that the nearest free times help with. */
export const WITH_ALTERNATIVES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'booking.conflict',
  'booking.space_in_other_use',
  'booking.closed',
  'booking.in_handover',
  'booking.site_in_other_use',
  'booking.too_few_seats',
  'booking.building_full',
  'booking.outside_opening_window',
  'booking.audience_not_admitted',
]);
