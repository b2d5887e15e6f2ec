import type { Body } from './api.ts';
import { api, bookDeskNow, demoLogin, type Login, newMember } from './visitors.ts';

/** A page as one person sees it. */
export interface PageOf {
  readonly path: string;
  readonly as?: Login;
}

/** Every page there is, by who it is for, with something on each of them. */
export async function allPages(): Promise<Record<'public' | 'member' | 'host' | 'manager' | 'demo', PageOf[]>> {
  const member = await newMember('Sidonie Partout');
  const host = demoLogin('host');
  const manager = demoLogin('manager');
  const administrator = demoLogin('administrator');
  const [now, later, held] = [
    await bookDeskNow(member, 'gap'),
    await bookOnDay(member, 20, true),
    await bookOnDay(member, 21, false),
  ];
  const repeated = await repeatAtAnnot(member, 24);
  const [mail] = (await api('GET', '/demo/outbox')).items;
  const [somebody] = (await api('GET', '/host/members?q=Sidonie', { as: host })).items;
  const [structure] = (await api('GET', '/manager/structures', { as: manager })).items;
  const [audience] = (await api('GET', '/manager/audiences', { as: manager })).items;
  const { items: agreements } = await api('GET', '/host/agreements', { as: host });
  const token = 'a'.repeat(43);
  const of = (as: Login, ...paths: string[]) => paths.map((path) => ({ path, as }));
  return {
    public: [
      '/',
      '/lieux',
      '/lieux?q=Annot&rayon=50&type=desk',
      '/lieux?q=nulle+part+ailleurs',
      '/lieux/annot',
      '/lieux/apt?public=youth',
      '/connexion',
      '/inscription',
      '/mot-de-passe-oublie',
      `/mot-de-passe/${token}`,
      `/verification/${token}`,
      '/accessibilite',
      '/cette-page-n-existe-pas',
    ].map((path) => ({ path })),
    member: of(
      member,
      '/',
      '/reservations',
      '/reservations?passees',
      `/reservations/${now.id}`,
      `/reservations/${later}`,
      `/reservations/${later}/deplacer`,
      `/reserver/${held}`,
      `/reserver/repeter?${repeated.query}`,
      `/reservations/repetees/${repeated.id}`,
      `/reservations/repetees/${repeated.id}/modifier?portee=all&de=${repeated.from}&a=${repeated.until}`,
      '/compte',
      '/compte/enfants',
      '/administration',
    ),
    host: of(
      host,
      '/mes-lieux/annot',
      '/mes-lieux/annot?journal=tout',
      '/mes-lieux/annot/horaires',
      '/mes-lieux/annot/horaires?vue=liste',
      '/mes-lieux/annot/horaires/annee?jour=2026-11-11',
      '/mes-lieux/annot/horaires/periodes',
      '/mes-lieux/annot/horaires/calendrier',
      '/mes-lieux/annot/horaires/consequences',
      '/mes-lieux/annot/horaires/historique',
      '/mes-lieux/annot/partages',
      '/mes-lieux/annot/partages/proposer',
      '/mes-lieux/annot/suggestions',
      '/conventions',
      ...agreements.map(({ id }: Body) => `/conventions/${id}`),
      '/mes-lieux/annot/badges',
      '/mes-lieux/annot/reglages',
      '/mes-lieux/annot/reglages/espaces',
      '/mes-lieux/annot/reglages/tarifs',
      '/mes-lieux/annot/reglages/portes',
      '/mes-lieux/annot/reglages/publics',
      '/mes-lieux/annot/echanges',
      '/mes-lieux/annot/encadrement',
      `/mes-lieux/annot/badges?q=Sidonie&membre=${somebody.id}`,
    ),
    manager: [
      ...of(
        manager,
        '/reseau/structures',
        `/reseau/structures/${structure.id}`,
        `/reseau/structures/${structure.id}/lieu`,
        '/reseau/publics',
        '/reseau/publics/nouveau',
        `/reseau/publics/${audience.id}`,
        '/reseau/publics/rencontres',
      ),
      ...of(manager, '/reseau', '/mes-lieux', '/mes-lieux/gap', '/mes-lieux/gap/horaires'),
      ...of(administrator, '/administration'),
    ],
    demo: ['/demo/porte', '/demo/porte/gap', '/demo/courriels', `/demo/courriels/${mail.id}`].map((path) => ({ path })),
  };
}

/** Some free desk at Annot in some weeks, held or confirmed: its booking's id. */
async function bookOnDay(member: Login, days: number, confirmed: boolean): Promise<string> {
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(Date.now() + days * 86_400_000);
  const day = await api('GET', `/sites/annot/days/${date}?audience=professional&kind=desk`);
  const [resource] = day.resources.filter(({ free }: Body) => free.length > 0);
  const startsAt = resource.free[0].from;
  const endsAt = new Date(Date.parse(startsAt) + 30 * 60_000).toISOString();
  const { id } = await api('POST', '/bookings', {
    as: member,
    body: { resourceId: resource.id, startsAt, endsAt, audience: 'professional' },
  });
  if (confirmed) await api('POST', `/bookings/${id}/confirm`, { as: member });
  return id;
}

/** Three weeks of some desk at Annot, and the address that would repeat its first date. */
async function repeatAtAnnot(member: Login, days: number) {
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(Date.now() + days * 86_400_000);
  const day = await api('GET', `/sites/annot/days/${date}?audience=professional&kind=desk`);
  const [resource] = day.resources.filter(({ free }: Body) => free.length > 0);
  const startsAt = String(resource.free[0].from);
  const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
  const clock = (iso: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', hour: '2-digit', minute: '2-digit' }).format(
      new Date(iso),
    );
  const [from, until] = [clock(startsAt), clock(endsAt)];
  const recurrence = { frequency: 'weekly', count: 3 };
  const request = { resourceId: resource.id, firstDate: date, startsAt: from, endsAt: until, recurrence };
  const preview = await api('POST', '/booking-series/preview', { as: member, body: request });
  const decisions = preview.occurrences
    .filter(({ state }: Body) => state !== 'free')
    .map((each: Body) => ({ date: each.date, do: 'skip' }));
  const { id } = await api('POST', '/booking-series', { as: member, body: { ...request, decisions } });
  const query = new URLSearchParams({ lieu: 'annot', ressource: resource.id, debut: startsAt, fin: endsAt });
  return { id: String(id), query: String(query), from, until };
}
