export * from './bookings.ts';
export * from './create-network.ts';
export * from './doors.ts';
export * from './networks.ts';
export * from './outbox.ts';
export * from './people.ts';
export * from './places.ts';
export * from './reports.ts';
