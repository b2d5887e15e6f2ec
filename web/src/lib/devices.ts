import type { HostDay } from '#lib/api/types.ts';
import { formatMeasure, formatSince } from '#lib/format.ts';
import { m } from '#lib/paraglide/messages.js';

export type Device = HostDay['devices'][number];

/** Below this a battery is worth a walk: the locks of the product line fail to throw their bolt at about 10 %. */
const LOW_BATTERY_PERCENT = 20;

export const isBatteryLow = ({ batteryPercent }: Device): boolean =>
  batteryPercent !== null && batteryPercent <= LOW_BATTERY_PERCENT;

/** What a device last said, or null when it has said nothing that is worth a word. */
export function deviceState({ kind, state }: Device): string | null {
  const { lock, contact, motion, relay } = state as Record<string, unknown>;
  if (kind === 'lock') {
    if (lock === 'locked') return m.host_lock_locked();
    if (lock === 'unlocked') return m.host_lock_unlocked();
    if (lock === 'not_fully_locked') return m.host_lock_not_fully();
    if (lock === 'jammed') return m.host_lock_jammed();
    return lock === 'silent' ? m.host_lock_silent() : null;
  }
  if (kind === 'contact') {
    // By its own event, or as a reading: 1 is closed.
    if (contact === 'open' || contact === 0) return m.host_contact_open();
    return contact === 'closed' || contact === 1 ? m.host_contact_closed() : null;
  }
  if (kind === 'relay' && typeof relay === 'number') return relay > 0 ? m.host_relay_on() : m.host_relay_off();
  if (kind === 'sensor') return sensorState(state);
  if (kind === 'motion' && typeof motion === 'number') return motion > 0 ? m.host_motion_seen() : m.host_motion_none();
  return null;
}

/** What a sensor measured last, each with its unit. */
function sensorState(state: Device['state']): string | null {
  const measured = (['co2', 'temperature', 'humidity', 'illuminance'] as const).flatMap((kind) => {
    const value = state[kind];
    return typeof value === 'number' ? [formatMeasure(value, kind)] : [];
  });
  return measured.length === 0 ? null : measured.join(' · ');
}

/** When it was last heard. What is silent is said plainly. */
export function deviceContact({ isOnline, lastSeenAt }: Device, now: number): { isSilent: boolean; text: string } {
  if (lastSeenAt === null) return { isSilent: true, text: m.host_device_never() };
  const since = formatSince(lastSeenAt, now);
  if (isOnline === false) return { isSilent: true, text: m.host_device_silent({ since }) };
  return { isSilent: false, text: m.host_device_heard({ since }) };
}

export function deviceKindName(kind: Device['kind']): string {
  switch (kind) {
    case 'reader':
      return m.host_device_reader();
    case 'lock':
      return m.host_device_lock();
    case 'contact':
      return m.host_device_contact();
    case 'motion':
      return m.host_device_motion();
    case 'counter':
      return m.host_device_counter();
    case 'relay':
      return m.host_device_relay();
    case 'sensor':
      return m.host_device_sensor();
  }
}
