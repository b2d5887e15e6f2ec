import type { Cookies } from '@sveltejs/kit';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const THEME_COOKIE = 'mitoyen_theme';
const ONE_YEAR_S = 365 * 24 * 3600;

export function readTheme(cookies: Cookies): Theme {
  const value = cookies.get(THEME_COOKIE);
  return THEMES.find((theme) => theme === value) ?? 'auto';
}

export function writeTheme(cookies: Cookies, theme: Theme, secure: boolean): void {
  cookies.set(THEME_COOKIE, theme, { maxAge: ONE_YEAR_S, sameSite: 'lax', secure });
}
