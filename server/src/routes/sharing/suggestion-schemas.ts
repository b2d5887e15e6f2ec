import Type, { type Static } from 'typebox';
import { PeriodView, PlanDate, ScheduleChange } from '../schedule/schemas.ts';
import { AudienceCode, Id, LocalEndTime, LocalTime, Money, Nullable } from '../schemas.ts';

export const SuggestedHoursBody = Type.Object({
  spaceId: Id,
  period: PeriodView,
  weekday: Type.Integer({ minimum: 1, maximum: 7 }),
  startsAt: LocalTime,
  endsAt: LocalEndTime,
  audience: AudienceCode,
});
export type SuggestedHoursInput = Static<typeof SuggestedHoursBody>;

const Evidence = Type.Object({
  weeks: Type.Integer({ description: 'Weeks in which these hours were observed' }),
  weeksUsed: Type.Integer({ description: 'Weeks with any use of them' }),
  observedMinutes: Type.Integer(),
  usedMinutes: Type.Integer({ description: 'Booked, or somebody was there' }),
  usedBp: Type.Integer(),
  demand: Nullable(
    Type.Object(
      { openMinutes: Type.Integer(), bookedMinutes: Type.Integer(), bookedBp: Type.Integer() },
      { description: 'How full the own hours of the proposed public were at this place' },
    ),
  ),
  usedWeeksAtMostBp: Type.Integer({ description: 'Upper end of the 95 % Wilson interval' }),
});

export const SuggestionView = Type.Intersect([
  SuggestedHoursBody,
  Type.Object({
    spaceName: Type.String(),
    mode: Type.Enum(['beside', 'instead', 'open']),
    heldBy: Type.Array(AudienceCode),
    needsReferent: Type.Boolean(),
    evidence: Evidence,
    weeklyGain: Nullable(Money),
    confidence: Type.Enum(['low', 'medium', 'high']),
    reason: Type.String({ description: 'In plain words, in the language of the reader' }),
  }),
]);
export type SuggestionBody = Static<typeof SuggestionView>;

export const TrialView = Type.Object({
  id: Id,
  name: Type.String(),
  hours: SuggestedHoursBody,
  spaceName: Type.String(),
  from: PlanDate,
  until: Nullable(PlanDate),
  state: Type.Enum(['planned', 'running', 'over', 'kept', 'stopped']),
  expectedWeekly: Nullable(Money),
  before: Evidence,
  result: Type.Object({
    dates: Type.Integer({ description: 'Dates that are over, with these hours' }),
    openMinutes: Type.Integer(),
    bookedMinutes: Type.Integer(),
    bookedBp: Type.Integer(),
    bookings: Type.Integer(),
    people: Type.Integer({ description: 'Different members' }),
    revenue: Type.Array(Money),
  }),
});
export type TrialBody = Static<typeof TrialView>;

export const SuggestionsView = Type.Object({
  observed: Type.Object({ from: PlanDate, until: PlanDate, weeks: Type.Integer() }),
  skipped: Type.Object({ publicHolidays: Type.Integer(), unknownDays: Type.Integer() }),
  mayTry: Type.Boolean(),
  items: Type.Array(SuggestionView, {
    description: 'Best first; open hours that are empty before closed ones',
  }),
  trials: Type.Array(TrialView),
});
export type SuggestionsBody = Static<typeof SuggestionsView>;

/** What the templates of one trial keep beside their hours. */
export const TrialEvidenceShape = Type.Object({
  trialId: Id,
  basedOn: Nullable(Id),
  hours: SuggestedHoursBody,
  from: PlanDate,
  until: PlanDate,
  evidence: Evidence,
  weeklyGain: Nullable(Money),
  decision: Type.Optional(
    Type.Object({ kind: Type.Enum(['kept', 'stopped']), on: PlanDate }, { description: 'What was decided in the end' }),
  ),
});
export type TrialEvidence = Static<typeof TrialEvidenceShape>;

export const ProposedChange = Type.Object({
  revision: Type.Integer({ description: 'The state of the hours that it is made on' }),
  change: ScheduleChange,
});
export type ProposedChangeBody = Static<typeof ProposedChange>;
