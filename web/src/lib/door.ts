import { m } from '#lib/paraglide/messages.js';

/** Why a door did not open, in words for the person in front of it. Reasons are those of the domain's `decideAccess`. */
export function refusalText(reason: string | null): string {
  switch (reason) {
    case 'not_yet':
      return m.denied_not_yet();
    case 'ended':
      return m.denied_ended();
    case 'audience_not_admitted':
      return m.denied_audience();
    case 'outside_opening_window':
      return m.denied_outside_hours();
    case 'no_referent':
      return m.denied_no_referent();
    case 'locked_down':
      return m.denied_locked_down();
    case 'wrong_door':
    case 'unknown_door':
      return m.denied_wrong_door();
    case 'unknown_credential':
      return m.denied_unknown();
    case 'grants_expired':
    case 'clock_unknown':
      return m.denied_box();
    case 'too_many_attempts':
      return m.denied_too_many();
    default:
      return m.denied_other();
  }
}
