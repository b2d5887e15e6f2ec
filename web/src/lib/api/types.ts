import type { paths } from './schema.d.ts';

type Json<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : never;
type Success<Responses> = 200 extends keyof Responses
  ? Json<Responses[200]>
  : 201 extends keyof Responses
    ? Json<Responses[201]>
    : 202 extends keyof Responses
      ? Json<Responses[202]>
      : never;

/** What a successful call answers, e.g. `Answer<'/api/v1/me', 'get'>`. Types of pages come from the API's own document. */
export type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: infer Responses;
}
  ? Success<Responses>
  : never;

export type Account = Answer<'/api/v1/me', 'get'>;
export type Audience = Answer<'/api/v1/audiences', 'get'>['items'][number];
export type Commune = Answer<'/api/v1/communes', 'get'>['items'][number];
export type SiteSummary = Answer<'/api/v1/sites', 'get'>['items'][number];
export type SiteDetail = Answer<'/api/v1/sites/{slug}', 'get'>;
export type SiteDay = Answer<'/api/v1/sites/{slug}/days/{date}', 'get'>;
export type ResourceDay = SiteDay['resources'][number];
export type ResourceKind = ResourceDay['kind'];
export type Quote = Answer<'/api/v1/quotes', 'post'>;
export type Booking = Answer<'/api/v1/bookings', 'get'>['items'][number];
export type BookingDetail = Answer<'/api/v1/bookings/{id}', 'get'>;
export type HostSite = Answer<'/api/v1/host/sites', 'get'>['items'][number];
export type HostDay = Answer<'/api/v1/host/sites/{slug}/day', 'get'>;
export type HostSchedule = Answer<'/api/v1/host/sites/{slug}/schedule', 'get'>;
export type HostHours = Answer<'/api/v1/host/sites/{slug}/schedule/hours', 'get'>;
export type ExplainedDay = Answer<'/api/v1/host/sites/{slug}/schedule/days/{date}', 'get'>;
export type SchedulePreview = Answer<'/api/v1/host/sites/{slug}/schedule/preview', 'post'>;
export type AppliedChange = Answer<'/api/v1/host/sites/{slug}/schedule/changes', 'get'>['items'][number];
export type HostBadge = Answer<'/api/v1/host/sites/{slug}/badges', 'get'>['items'][number];
export type SiteSetup = Answer<'/api/v1/host/sites/{slug}/setup', 'get'>;
export type HostStructure = Answer<'/api/v1/manager/structures/{id}', 'get'>;
export type AudienceSettings = Answer<'/api/v1/manager/audiences', 'get'>['items'][number];
export type CompatibilitySetting = Answer<'/api/v1/manager/compatibility', 'get'>;
export type CompatibilityConsequences = Answer<'/api/v1/manager/compatibility/preview', 'post'>;
export type Overview = Answer<'/api/v1/manager/overview', 'get'>;
export type SeriesPreview = Answer<'/api/v1/booking-series/preview', 'post'>;
export type Series = Answer<'/api/v1/booking-series/{id}', 'get'>;
export type Waiting = Answer<'/api/v1/waitlist', 'get'>['items'][number];
export type Session = Answer<'/api/v1/sessions', 'get'>['items'][number];

/** Integer minor units and an ISO 4217 code. */
export interface Money {
  minor: number;
  currency: string;
}

/** RFC 9457, as the API answers every refusal. `title` and `detail` are already in the reader's language. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail?: string;
  errors?: { path: string; message: string }[];
  alternatives?: { resourceId: string; resourceName: string; startsAt: string; endsAt: string }[];
  /** What keeps something from being deleted or archived. */
  inTheWay?: { kind: string; count: number; firstAt?: string; sites?: { slug: string; name: string }[] }[];
}
