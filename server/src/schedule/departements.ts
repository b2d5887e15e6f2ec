import { readFileSync } from 'node:fs';

/** What a French place keeps unless it says otherwise. */
export interface DepartementDefaults {
  readonly departement: string;
  readonly timeZone: string;
  readonly holidayCalendar: string;
  /** Null: the département has a school calendar of its own, which is not among the three zones. */
  readonly schoolZone: string | null;
}

interface Facts {
  readonly schoolZone: string | null;
  readonly holidayCalendar?: string;
  readonly timeZone?: string;
}

const { departements } = JSON.parse(
  readFileSync(new URL('../../data/french-departements.json', import.meta.url), 'utf8'),
) as { departements: Record<string, Facts> };

/** The département of a commune, by its INSEE code: `2A004` is in `2A`, `97411` in `974`. */
export const departementOf = (inseeCode: string): string =>
  inseeCode.startsWith('97') || inseeCode.startsWith('98') ? inseeCode.slice(0, 3) : inseeCode.slice(0, 2);

/** The defaults of the département in which a commune lies; null when there is no such département. */
export function defaultsOf(inseeCode: string): DepartementDefaults | null {
  const departement = departementOf(inseeCode);
  const facts = Object.hasOwn(departements, departement) ? departements[departement] : undefined;
  if (facts === undefined) return null;
  return {
    departement,
    timeZone: facts.timeZone ?? 'Europe/Paris',
    holidayCalendar: facts.holidayCalendar ?? 'FR',
    schoolZone: facts.schoolZone,
  };
}
