import type { AudienceCode } from '../audience/types.ts';
import type { VatKind } from '../pricing/types.ts';
import type { Instant, LocalDate, LocalTime, Window } from '../time/types.ts';

/** `hour_pack` is a carnet: hours paid at once. `adhesion` is the yearly membership of an association: a right to come, no hours. */
export type PlanKind =
  | 'monthly'
  | 'yearly'
  | 'day_pass'
  | 'half_day_pass'
  | 'hour_pack'
  | 'pay_as_you_go'
  | 'free'
  | 'team'
  | 'adhesion';

/** Of what a plan is paid for: a period that comes again, or once. */
export type BillingUnit = 'month' | 'year' | 'once';

/** `per_period`: hours of each billing period, gone at its end. `pack`: hours that last so many months from their purchase. */
export type HoursEntitlement =
  | { readonly kind: 'none' }
  | { readonly kind: 'unlimited' }
  | { readonly kind: 'per_period'; readonly minutes: number }
  | { readonly kind: 'pack'; readonly minutes: number; readonly validMonths: number };

/** Which sites the plan is good for: those of its own structure, every site of the network, or the named ones. */
export type Reach =
  | { readonly kind: 'own_structure' }
  | { readonly kind: 'network' }
  | { readonly kind: 'sites'; readonly siteIds: readonly string[] };

/**
 * When the holder's badge opens without a booking: never; while the place is staffed; or at any time of day that belongs
 * to the holder's audience. Nothing opens a space in another audience's hours.
 */
export type AccessRule = 'bookings_only' | 'staffed_hours' | 'around_the_clock';

/** Null: no limit. Days and ISO weeks are the site's local ones. */
export interface Quotas {
  readonly activeBookings: number | null;
  readonly minutesPerDay: number | null;
  readonly minutesPerWeek: number | null;
}

export interface Entitlements {
  readonly hours: HoursEntitlement;
  /** Kinds of resource (desk, room, video…). Null: every kind. */
  readonly resourceKinds: readonly string[] | null;
  readonly reach: Reach;
  /** A booking may begin until the end of the local day that many days ahead. */
  readonly horizonDays: number;
  readonly quotas: Quotas;
  readonly access: AccessRule;
  /** Null: every audience that the site serves. */
  readonly audiences: readonly AudienceCode[] | null;
}

export interface PlanTerms {
  /** Free days at the start, during which the member may leave at once. */
  readonly trialDays: number;
  readonly noticeDays: number;
  /** Months from the start before which no notice takes effect. */
  readonly commitmentMonths: number;
  /** Whether a notice takes effect on any day, or at the end of the billing period in which it runs out. */
  readonly endsAt: 'any_day' | 'period_end';
  /** Null: no pauses. */
  readonly pause: { readonly minDays: number; readonly maxDaysPerYear: number } | null;
}

/** Band of the quotient familial, in whole euros: `[from, below)`. Null `below`: no upper end. */
export interface QuotientBand {
  readonly from: number;
  readonly below: number | null;
}

/** A price for whom it names. Null: whoever. */
export interface PlanPrice {
  readonly audience: AudienceCode | null;
  /** A status that the structure lists: student, jobseeker, inhabitant of the commune… */
  readonly status: string | null;
  readonly quotient: QuotientBand | null;
  /** VAT included. */
  readonly minor: number;
}

export interface MembershipPlan {
  readonly id: string;
  readonly structureId: string;
  readonly name: string;
  readonly kind: PlanKind;
  readonly billing: BillingUnit;
  readonly currency: string;
  readonly prices: readonly PlanPrice[];
  readonly vatKind: VatKind;
  readonly entitlements: Entitlements;
  readonly terms: PlanTerms;
}

/** Local days, both included. */
export interface DateSpan {
  readonly firstOn: LocalDate;
  readonly lastOn: LocalDate;
}

export interface Membership {
  readonly id: string;
  readonly planId: string;
  /** The first local day. */
  readonly startsOn: LocalDate;
  /** The last local day, included. Null: goes on. */
  readonly endsOn: LocalDate | null;
  /** Of a half-day pass: the wall time on the first day from which, and on the last until which, it holds. */
  readonly startsAt: LocalTime | null;
  readonly endsAt: LocalTime | null;
  readonly pauses: readonly DateSpan[];
  /** Times without rights because what is owed was not paid in its grace; the last may be open (`until: null`). */
  readonly suspensions: readonly { readonly from: Instant; readonly until: Instant | null }[];
}

/** What a person is, as far as prices ask. `quotient` is null where it is not known. */
export interface PricedPerson {
  readonly audience: AudienceCode;
  readonly statuses: readonly string[];
  readonly quotient: number | null;
}

/** A booking of the same holder, as far as quotas ask. */
export interface CountedBooking extends Window {
  readonly id: string;
}
