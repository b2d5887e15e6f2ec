import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  // Calendars with bookings, and changes of hours, are for who works here.
  requireRole(event, 'host');
  const {
    locals: { api },
    params: { slug },
    url,
  } = event;
  const path = { params: { path: { slug } } };
  const [osm, feeds, site] = await Promise.all([
    api.GET('/api/v1/sites/{slug}/opening-hours', path),
    api.GET('/api/v1/host/sites/{slug}/calendar-feeds', path),
    api.GET('/api/v1/sites/{slug}', path),
  ]);
  return {
    osm: dataOf(osm),
    feeds: dataOf(feeds).items,
    timeZone: dataOf(site).timeZone,
    spaces: dataOf(site).spaces.map(({ id, name }) => ({ id, name })),
    publicCalendar: `${url.origin}/api/v1/sites/${slug}/hours.ics`,
    wasEnded: url.searchParams.has('termine'),
  };
};

export const actions: Actions = {
  /** Reads hours; what they would change is then for the page of consequences to show. */
  read: async ({ locals: { api }, params: { slug }, request }) => {
    const form = await request.formData();
    const values = { audience: String(form.get('public') ?? ''), value: String(form.get('texte') ?? '').trim() };
    const answer = await api.POST('/api/v1/host/sites/{slug}/schedule/import', {
      params: { path: { slug } },
      body: { ...values, spaceIds: null },
    });
    if (!answer.data) return refused(answer, values);
    const { revision, change, warnings, hasUnknown } = answer.data;
    return { values, read: { revision, change: JSON.stringify(change), warnings, hasUnknown } };
  },

  make: async ({ locals: { api }, params: { slug }, request }) => {
    const form = await request.formData();
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const where = text('ou');
    const scope = where === 'structure' || where === 'site' ? where : 'space';
    const values = { name: text('nom'), where, of: text('public'), withBookings: form.has('reservations') };
    const answer = await api.POST('/api/v1/host/sites/{slug}/calendar-feeds', {
      params: { path: { slug } },
      body: {
        name: values.name,
        scope,
        spaceId: scope === 'space' ? where : null,
        audience: values.of === '' ? null : values.of,
        withBookings: values.withBookings,
      },
    });
    if (!answer.data) return refused(answer, values);
    return { made: { name: values.name, url: answer.data.url } };
  },

  end: async ({ locals: { api }, request, url }) => {
    const id = String((await request.formData()).get('agenda') ?? '');
    const answer = await api.DELETE('/api/v1/host/calendar-feeds/{id}', { params: { path: { id } } });
    if (answer.error) return refused(answer);
    redirect(303, `${url.pathname}?termine#agendas`);
  },
};
