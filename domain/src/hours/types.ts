import type { AudienceClass, AudienceCode } from '../audience/types.ts';
import type { Money } from '../pricing/types.ts';
import type { Period, ScheduledWindow, TemplateWindow } from '../schedule/types.ts';
import type { Instant, LocalDate, Window } from '../time/types.ts';

/**
 * Priority and release: the windows stay their audience's until `hoursBefore` elapsed hours before each begins, then
 * what is not booked goes to `releasedTo`, at the tariff named (null: the resource's own).
 */
export interface ReleaseRule {
  readonly id: string;
  /** Planned windows (`ScheduledWindow.ruleId`). At most one rule speaks of a window; the first listed counts. */
  readonly windowIds: readonly string[];
  readonly releasedTo: AudienceCode;
  readonly hoursBefore: number;
  readonly tariffId: string | null;
}

/** Windows in which a partner structure may book as well, for its own public, which is of the window's audience. */
export interface WindowShare {
  readonly id: string;
  readonly windowIds: readonly string[];
  readonly structureId: string;
  readonly tariffId: string | null;
}

/** What a partner pays for a standing agreement. */
export type AgreementPrice =
  | { readonly kind: 'free' }
  /** Each booking by a tariff. */
  | { readonly kind: 'tariff'; readonly tariffId: string }
  /** For all its hours together. */
  | { readonly kind: 'flat'; readonly per: 'month' | 'year'; readonly amount: Money };

/**
 * Hours that a host structure lends to a partner structure, for its own public, over months or years. Closures and (unless
 * `holdsOnPublicHolidays`) public holidays go before it; it goes before the place's own hours. In force from `validFrom`
 * (inclusive) until `validUntil` (exclusive; null: until it is ended).
 */
export interface StandingAgreement {
  readonly id: string;
  readonly hostStructureId: string;
  readonly partnerStructureId: string;
  readonly spaceIds: readonly string[];
  readonly period: Period;
  readonly windows: readonly TemplateWindow[];
  readonly holdsOnPublicHolidays: boolean;
  /** True: nobody else meanwhile. False: whoever may meet its public stays admitted. */
  readonly isExclusive: boolean;
  readonly price: AgreementPrice;
  readonly terms: string;
  readonly validFrom: LocalDate;
  readonly validUntil: LocalDate | null;
}

/** The expansion of an agreement. `ruleId` is its planned window, `templateId` the agreement. */
export interface AgreedWindow extends ScheduledWindow {
  readonly agreementId: string;
  readonly partnerStructureId: string;
  readonly isExclusive: boolean;
}

/** Whose a window is at an instant. */
export type WindowUse =
  | { readonly kind: 'own' }
  | {
      readonly kind: 'promised';
      readonly releaseId: string;
      readonly releasedTo: AudienceCode;
      readonly releasesAt: Instant;
    }
  | {
      readonly kind: 'released';
      readonly releaseId: string;
      readonly promisedTo: AudienceCode;
      readonly tariffId: string | null;
    }
  | { readonly kind: 'agreed'; readonly agreementId: string; readonly partnerStructureId: string };

/** An opening window as it may be booked now, and by whom. */
export interface EffectiveWindow extends ScheduledWindow {
  readonly use: WindowUse;
  /** Shares under which partner structures may book in it too. */
  readonly shares: readonly WindowShare[];
}

/** An active booking, as far as releases are concerned: it keeps its time for its audience. */
export interface HeldTime extends Window {
  readonly spaceId: string;
  readonly audience: AudienceCode;
  readonly audienceClass: AudienceClass;
}
