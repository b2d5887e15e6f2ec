import type { Audience } from '#lib/api/types.ts';

/** As the database lists them; their drawing is in `styles/patterns.css`. */
const PATTERNS = ['plain', 'diagonal', 'dots', 'cross', 'waves', 'grid'] as const;

/**
 * How an audience is drawn: its letter, and its colour under its pattern. Two audiences never differ by colour alone.
 * Returned as custom properties for a `style` attribute; `.pattern-…` classes are in `patterns.css`.
 */
export function audienceLook(audience: Pick<Audience, 'name' | 'pattern' | 'color'>): {
  letter: string;
  style: string;
  className: string;
} {
  const color = /^#[0-9a-f]{6}$/i.test(audience.color) ? audience.color : 'var(--ink-soft)';
  const pattern = PATTERNS.find((name) => name === audience.pattern) ?? 'plain';
  return {
    letter: audience.name.charAt(0).toUpperCase(),
    style: `--audience: ${color}`,
    className: `pattern pattern-${pattern}`,
  };
}
