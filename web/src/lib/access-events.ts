import type { HostDay } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

export type AccessEvent = HostDay['events'][number];

/** Why a door stayed shut, in words for those who run the place. Reasons are those of the domain's `decideAccess`. */
export function denialText(reason: string | null): string {
  switch (reason) {
    case 'unknown_door':
      return m.host_denied_unknown_door();
    case 'unknown_credential':
      return m.host_denied_unknown_credential();
    case 'wrong_door':
      return m.host_denied_wrong_door();
    case 'not_yet':
      return m.host_denied_not_yet();
    case 'ended':
      return m.host_denied_ended();
    case 'audience_not_admitted':
      return m.host_denied_audience();
    case 'outside_opening_window':
      return m.host_denied_outside_hours();
    case 'no_referent':
      return m.host_denied_no_referent();
    case 'grants_expired':
      return m.host_denied_grants_expired();
    case 'clock_unknown':
      return m.host_denied_clock_unknown();
    case 'locked_down':
      return m.host_denied_locked_down();
    case 'too_many_attempts':
      return m.host_denied_too_many();
    default:
      return m.host_denied_other();
  }
}

export interface EventWords {
  tone: 'in' | 'refused' | 'quiet';
  what: string;
  /** Who or where, after the first words. */
  more: string;
}

/** One line of the journal of a site. */
export function eventWords(event: AccessEvent): EventWords {
  const door = event.doorName ?? '';
  const by = event.credentialKind === 'pin' ? m.host_by_pin() : m.host_by_badge();
  const joined = (...parts: (string | null)[]) => parts.filter((part) => part !== null && part !== '').join(' · ');
  switch (event.kind) {
    case 'access':
      return event.granted
        ? {
            tone: 'in',
            what: event.memberName ?? m.host_event_unknown_person(),
            more: joined(event.reason === 'staff' ? m.host_event_staff() : null, by, door),
          }
        : {
            tone: 'refused',
            what: m.host_event_refused({ who: event.memberName ?? m.host_event_unknown_person() }),
            more: joined(denialText(event.reason), by, door),
          };
    case 'command':
      if (event.granted === null) {
        return { tone: 'quiet', what: m.host_event_command_sent(), more: joined(event.memberName, door) };
      }
      return event.granted === false
        ? {
            tone: 'refused',
            what: m.host_event_refused({ who: event.memberName ?? m.host_event_unknown_person() }),
            more: joined(m.host_event_command(), door),
          }
        : {
            tone: 'in',
            what: event.memberName ?? m.host_event_unknown_person(),
            more: joined(m.host_event_command(), door),
          };
    case 'door_opened':
      return { tone: 'quiet', what: m.host_event_door_opened(), more: door };
    case 'door_closed':
      return { tone: 'quiet', what: m.host_event_door_closed(), more: door };
    case 'lock_state':
      return { tone: 'quiet', what: m.host_event_lock(), more: door };
    case 'device':
      return { tone: 'quiet', what: m.host_event_device(), more: door };
    case 'bridge':
      return { tone: 'quiet', what: m.host_event_bridge(), more: '' };
    default:
      return { tone: 'quiet', what: event.kind, more: door };
  }
}

/** What says who came and who could not; the rest is doors and machines moving. A command that is only on its way is neither yet. */
export const isAboutPeople = (event: AccessEvent): boolean =>
  event.kind === 'access' || (event.kind === 'command' && event.granted !== null);
