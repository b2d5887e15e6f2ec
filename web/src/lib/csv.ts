/** Says to spreadsheets that the text is UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Lines of cells as RFC 4180 has them, with the separator that the reader's spreadsheet expects (`;` where `,` is in numbers). */
export function csvOf(lines: readonly (readonly string[])[], separator: ',' | ';'): string {
  const text = lines.map((cells) => `${cells.map((cell) => cellOf(cell, separator)).join(separator)}\r\n`).join('');
  return BYTE_ORDER_MARK + text;
}

/** Quoted where it must be; what begins like a formula is made text (OWASP, CSV injection). Numbers are never negative here. */
function cellOf(cell: string, separator: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return safe.includes(separator) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
