/** `held`, `confirmed` and `checked_in` are active: they occupy their resource. */
export type BookingStatus = 'held' | 'confirmed' | 'checked_in' | 'completed' | 'cancelled' | 'expired' | 'no_show';
export const ACTIVE_BOOKING_STATUSES = ['held', 'confirmed', 'checked_in'] as const satisfies readonly BookingStatus[];
export const HOLD_MINUTES = 10;
