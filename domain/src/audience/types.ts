/** Stable code of an audience within its network: `professional`, `youth`, `general`, `social`, `training`, `staff`… */
export type AudienceCode = string;

/** Audiences of one class may meet in one space; two classes may not be in one space at once. */
export type AudienceClass = string;

export interface Audience {
  readonly code: AudienceCode;
  readonly audienceClass: AudienceClass;
  /** Staff may be in any space at any time and never counts as a meeting of publics. */
  readonly isStaff: boolean;
}
