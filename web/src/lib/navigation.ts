import { m } from '#lib/paraglide/messages.js';

export interface NavigationEntry {
  href: string;
  label: string;
}

type Role = 'member' | 'host' | 'manager' | 'administrator';

/** The sections of the header, in order, for a reader with these roles (null: not signed in). */
export function navigationFor(roles: readonly Role[] | null): NavigationEntry[] {
  const entries: NavigationEntry[] = [{ href: '/lieux', label: m.nav_find() }];
  if (roles === null) return entries;
  entries.push({ href: '/reservations', label: m.nav_bookings() });
  if (roles.includes('host')) {
    entries.push({ href: '/mes-lieux', label: m.nav_host() }, { href: '/conventions', label: m.nav_agreements() });
  }
  if (roles.includes('manager')) entries.push({ href: '/reseau', label: m.nav_manager() });
  if (roles.includes('administrator')) entries.push({ href: '/administration', label: m.nav_admin() });
  return entries;
}
