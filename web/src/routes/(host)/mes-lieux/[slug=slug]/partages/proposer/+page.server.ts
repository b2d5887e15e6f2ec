import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { addDays, todayIn } from '#lib/server/local-time.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'host');
  const {
    locals: { api },
    params,
    url,
  } = event;
  const sharing = dataOf(
    await api.GET('/api/v1/host/sites/{slug}/sharing', { params: { path: { slug: params.slug } } }),
  );
  const today = todayIn(sharing.timeZone);
  return {
    options: sharing.options,
    firstDay: addDays(today, 1),
    editing:
      sharing.agreements.find(({ id, state }) => id === url.searchParams.get('id') && state === 'proposed') ?? null,
  };
};

const PERIODS = {
  always: { kind: 'always' },
  school_term: { kind: 'school_term' },
  school_holiday: { kind: 'school_holiday', names: null },
  summer: { kind: 'summer' },
} as const;

export const actions: Actions = {
  default: async ({ locals: { api }, params, request }) => {
    const form = await request.formData();
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const values = {
      name: text('nom'),
      partner: text('structure'),
      spaceIds: form.getAll('espace').map(String),
      weekdays: form.getAll('jour').map(Number),
      startsAt: text('de'),
      endsAt: text('a'),
      audience: text('public'),
      period: text('periode'),
      isExclusive: text('exclusif') !== 'non',
      holdsOnPublicHolidays: form.has('feries'),
      inTheWay: text('reservations') === 'annuler' ? ('cancel' as const) : ('keep' as const),
      price: text('prix'),
      tariffId: text('tarif'),
      flat: text('forfait'),
      per: text('par') === 'an' ? ('year' as const) : ('month' as const),
      currency: text('devise'),
      terms: text('conditions'),
      validFrom: text('debut'),
      validUntil: text('fin'),
    };
    const id = text('id') || crypto.randomUUID();
    const period = Object.hasOwn(PERIODS, values.period)
      ? PERIODS[values.period as keyof typeof PERIODS]
      : PERIODS.always;
    const minor = Math.round(Number(values.flat.replace(',', '.')) * 100);
    const answer = await api.PUT('/api/v1/host/sites/{slug}/sharing/agreements/{id}', {
      params: { path: { slug: params.slug, id } },
      body: {
        name: values.name,
        partnerStructureId: values.partner,
        spaceIds: values.spaceIds,
        period: period.kind === 'school_holiday' ? { kind: 'school_holiday', names: null } : { kind: period.kind },
        windows: values.weekdays.map((weekday) => ({
          id: crypto.randomUUID(),
          spaceId: null,
          audience: values.audience,
          weekday,
          startsAt: values.startsAt,
          endsAt: values.endsAt === '00:00' ? '24:00' : values.endsAt,
        })),
        isExclusive: values.isExclusive,
        holdsOnPublicHolidays: values.holdsOnPublicHolidays,
        inTheWay: values.inTheWay,
        price:
          values.price === 'tarif'
            ? { kind: 'tariff', tariffId: values.tariffId }
            : values.price === 'forfait'
              ? {
                  kind: 'flat',
                  per: values.per,
                  amount: { minor: Number.isFinite(minor) ? minor : -1, currency: values.currency },
                }
              : { kind: 'free' },
        terms: values.terms,
        validFrom: values.validFrom,
        validUntil: values.validUntil || null,
      },
    });
    if (!answer.data) return refused(answer, values);
    redirect(303, `/conventions/${answer.data.id}?fait=proposee`);
  },
};
