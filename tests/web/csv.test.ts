import { describe, expect, test } from 'vitest';
import { csvOf } from '../../web/src/lib/csv.ts';

const line = (cell: string, separator: ',' | ';' = ';') => csvOf([[cell]], separator).slice(1);

describe('a table for a spreadsheet', () => {
  test('says that it is UTF-8, ends its lines as the RFC has them', () => {
    expect(
      csvOf(
        [
          ['Lieu', 'Prix'],
          ['Sénas', '12,50'],
        ],
        ';',
      ),
    ).toBe('\uFEFFLieu;Prix\r\nSénas;12,50\r\n');
  });

  test('the separator of the country is quoted, the other is not', () => {
    expect(line('a;b')).toBe('"a;b"\r\n');
    expect(line('a,b')).toBe('a,b\r\n');
    expect(line('a,b', ',')).toBe('"a,b"\r\n');
  });

  test('quotes are doubled and line ends kept inside', () => {
    expect(line('le "Relais"\nd’Annot')).toBe('"le ""Relais""\nd’Annot"\r\n');
  });

  test.each(['=1+1', '+33', '-1', '@SUM(A1)'])('%s is a name, not a formula', (cell) => {
    expect(line(cell)).toBe(`'${cell}\r\n`);
  });

  test('a formula that must be quoted is a name first', () => {
    expect(line('=HYPERLINK("x";"y")')).toBe(`"'=HYPERLINK(""x"";""y"")"\r\n`);
  });
});
