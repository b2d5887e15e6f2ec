import type { LocalDate } from './types.ts';

/** Age in whole years on a date: it grows on the birthday; of somebody born on 29 February, on 1 March of other years. */
export function ageOn(birthDate: LocalDate, date: LocalDate): number {
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return date.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** Not yet of age on a date (Code civil, art. 388: eighteen years). */
export function isMinorOn(birthDate: LocalDate, date: LocalDate): boolean {
  return ageOn(birthDate, date) < 18;
}
