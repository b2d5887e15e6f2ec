/** What a form of dates decides: those that were not kept are left out, those that were chosen otherwise are moved. */
export function decisionsOf(form: FormData) {
  const kept = new Set(form.getAll('garder').map(String));
  return form
    .getAll('date')
    .map(String)
    .filter((date) => !kept.has(date))
    .map((date) => {
      const [resourceId = '', startsAt = '', endsAt = ''] = String(form.get(`choix-${date}`) ?? '').split(' ');
      return endsAt === ''
        ? { date, do: 'skip' as const }
        : { date, do: 'move' as const, to: { resourceId, startsAt, endsAt } };
    });
}

/** `HH:MM` of an instant on the clock of a place. */
export function localTimeOf(instant: string, timeZone: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainTime().toString().slice(0, 5);
}
