import { m } from '#lib/paraglide/messages.js';

const NAMES: Record<string, () => string> = {
  eric: m.label_eric,
  cyberbase: m.label_cyberbase,
  epn: m.label_epn,
  'point-cyb': m.label_point_cyb,
  'e-cg84': m.label_bibliotheque,
  rsp: m.label_rsp,
  'visio-prive': m.label_visio,
  'visio-05': m.label_visio,
  'visio-per-luberon': m.label_visio,
  pepiniere: m.label_pepiniere,
  cbe: m.label_cbe,
  'france-services': m.label_france_services,
};

/** Labels as people know them. A network may have others: they are shown as it writes them. */
export function labelNames(codes: readonly string[]): string {
  return [...new Set(codes.map((code) => NAMES[code]?.() ?? code))].join(', ');
}
