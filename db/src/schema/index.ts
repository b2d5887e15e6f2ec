export * from './bookings.ts';
export { instant, instantRange, instantToSql, windowToSql } from './columns.ts';
export * from './doors.ts';
export * from './networks.ts';
export * from './outbox.ts';
export * from './people.ts';
export * from './places.ts';
export * from './schedule.ts';
