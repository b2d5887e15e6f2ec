/**
 * The grounds on which audiences are drawn, in light and in dark (the pages' `--paper-raised` and `--ink`): `tests/web/look.test.ts` holds
 * them to the style sheet.
 */
export const LOOK_GROUNDS = {
  light: { paper: '#fffefa', ink: '#12302d' },
  dark: { paper: '#182b29', ink: '#f1eee3' },
} as const;

/** How much of an audience's colour is in the lines of its pattern and in the wash beneath them; the rest is ink, and paper. */
export const LOOK_MIX = { stroke: 0.72, wash: 0.2 } as const;

/** WCAG 2.2, 1.4.11: what tells one thing from another. */
export const LEAST_LOOK_CONTRAST = 3;

export interface LookContrast {
  readonly light: number;
  readonly dark: number;
}

/**
 * How well an audience of this colour (`#rrggbb`) shows: the contrast (1 to 21) of its lines with its wash, in the light and in the dark.
 * A pale yellow is lost in the light, a navy blue in the dark.
 */
export function lookContrast(color: string): LookContrast {
  const on = ({ paper, ink }: { readonly paper: string; readonly ink: string }) =>
    contrast(mix(color, ink, LOOK_MIX.stroke), mix(color, paper, LOOK_MIX.wash));
  return { light: on(LOOK_GROUNDS.light), dark: on(LOOK_GROUNDS.dark) };
}

export function isLookClear(color: string): boolean {
  const { light, dark } = lookContrast(color);
  return Math.min(light, dark) >= LEAST_LOOK_CONTRAST;
}

type Triple = readonly [number, number, number];

/** Linear light, 0 to 1. */
function linearOf(color: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** CSS Color 4, `color-mix(in oklab, color share, other)`: linear light. */
function mix(color: string, other: string, share: number): Triple {
  const [a, b] = [oklabOf(linearOf(color)), oklabOf(linearOf(other))];
  const at = (index: 0 | 1 | 2) => a[index] * share + b[index] * (1 - share);
  return linearOfOklab([at(0), at(1), at(2)]);
}

/** B. Ottosson's matrices, as CSS Color 4 has them. */
function oklabOf([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function linearOfOklab([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const inRange = (value: number) => Math.min(1, Math.max(0, value));
  return [
    inRange(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    inRange(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    inRange(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** WCAG 2.2, contrast ratio. */
function contrast(a: Triple, b: Triple): number {
  const luminance = ([r, g, blue]: Triple) => 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}
