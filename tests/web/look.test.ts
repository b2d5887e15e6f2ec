import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLookClear, LOOK_GROUNDS, LOOK_MIX, lookContrast } from '@mitoyen/domain';
import { describe, expect, it } from 'vitest';

const styles = (file: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'web', 'src', 'lib', 'styles', file), 'utf8');

describe('how an audience shows', () => {
  it('is measured on the grounds that the pages have', () => {
    const token = (name: string) => {
      const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(styles('tokens.css'));
      return [found?.[1], found?.[2]];
    };
    expect(token('paper-raised')).toEqual([LOOK_GROUNDS.light.paper, LOOK_GROUNDS.dark.paper]);
    expect(token('ink')).toEqual([LOOK_GROUNDS.light.ink, LOOK_GROUNDS.dark.ink]);
    const share = (name: string) =>
      Number(
        new RegExp(`--${name}: color-mix\\(in oklab, var\\(--audience\\) (\\d+)%`).exec(styles('patterns.css'))?.[1],
      );
    expect([share('stroke'), share('wash')]).toEqual([LOOK_MIX.stroke * 100, LOOK_MIX.wash * 100]);
  });

  it('is lost in the light for pale colours, in the dark for deep ones', () => {
    expect(lookContrast('#ffff00').light).toBeLessThan(3);
    expect(lookContrast('#ffff00').dark).toBeGreaterThan(3);
    expect(lookContrast('#0a1a50').dark).toBeLessThan(3);
    expect(lookContrast('#0a1a50').light).toBeGreaterThan(3);
    expect([isLookClear('#ffffff'), isLookClear('#000000'), isLookClear('#2f5d8a')]).toEqual([false, false, true]);
  });
});
