import { redirect } from '@sveltejs/kit';
import { cookieMaxAge, cookieName, isLocale } from '#lib/paraglide/runtime.js';
import { THEMES, writeTheme } from '#lib/server/preferences.ts';
import { safeReturnTo } from '#lib/server/return-to.ts';
import type { RequestHandler } from './$types';

/** Language and light or dark, from the two forms at the foot of every page. */
export const POST: RequestHandler = async ({ request, cookies, locals, url }) => {
  const form = await request.formData();
  const secure = url.protocol === 'https:';

  const locale = form.get('locale');
  if (isLocale(locale)) {
    // Read by the page's script too, so not `httpOnly`.
    cookies.set(cookieName, locale, { maxAge: cookieMaxAge, httpOnly: false, sameSite: 'lax', secure });
    if (locals.account !== null) await locals.api.PATCH('/api/v1/me', { body: { locale } });
  }
  const theme = THEMES.find((known) => known === form.get('theme'));
  if (theme !== undefined) writeTheme(cookies, theme, secure);

  redirect(303, safeReturnTo(form.get('retour')));
};
