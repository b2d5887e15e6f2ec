import type { Audience } from '#lib/api/types.ts';

/** As the database lists them; their drawing is in `styles/patterns.css`. */
const PATTERNS = ['plain', 'diagonal', 'dots', 'cross', 'waves', 'grid'] as const;

/**
 * How an audience is drawn: its letter, and its colour under its pattern. Two audiences never differ by colour alone.
 * Returned as custom properties for a `style` attribute; `.pattern-…` classes are in `patterns.css`.
 */
export function audienceLook(audience: Pick<Audience, 'letter' | 'pattern' | 'color'>): {
  letter: string;
  style: string;
  className: string;
} {
  const color = /^#[0-9a-f]{6}$/i.test(audience.color) ? audience.color : 'var(--ink-soft)';
  const pattern = PATTERNS.find((name) => name === audience.pattern) ?? 'plain';
  return {
    letter: audience.letter,
    style: `--audience: ${color}`,
    className: `pattern pattern-${pattern}`,
  };
}

/** The audience of that code, or one that is drawn without ornament where the list no longer has it. */
export function audienceOf(
  audiences: readonly Audience[],
  code: string,
): Pick<Audience, 'name' | 'letter' | 'pattern' | 'color'> {
  const known = audiences.find((audience) => audience.code === code);
  return known ?? { name: code, letter: code.charAt(0).toUpperCase(), pattern: 'plain', color: '' };
}
