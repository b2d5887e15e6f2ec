import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Store } from '../../firmware-bridge/src/store/store.ts';
import { SiteFixture } from '../support/bridge-site.ts';

let folder: string;
let store: Store;
const open = () => new Store(join(folder, 'bridge.sqlite'), () => `epoch-${Math.random()}`);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitoyen-store-'));
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const fill = (stream: 'events' | 'readings', count: number, at = 0) =>
  store.transaction(() => {
    for (let i = 0; i < count; i++) store[stream].append('boot', at + i, { i });
  });
const held = (stream: 'events' | 'readings') => store[stream].read(0, 1_000).map(({ sequence }) => sequence);
const never = { events: 0, readings: 0, commands: 0, pinFailures: 0 };

describe('a stream', () => {
  test('keeps its numbering, its epoch and what was acknowledged over a restart', () => {
    fill('events', 3);
    store.events.acknowledge(2);
    const { epoch } = store.events;
    store.close();
    store = open();
    expect(store.events).toMatchObject({ epoch, head: 3, acknowledged: 2 });
  });

  test('never gives a number twice, also when every row is gone', () => {
    fill('events', 3);
    store.events.acknowledge(3);
    store.prune({ ...never, events: 1_000 });
    expect(held('events')).toEqual([]);
    expect(store.events.describe()).toMatchObject({ oldestSequence: 4, headSequence: 3 });
    store.close();
    store = open();
    fill('events', 1);
    expect(held('events')).toEqual([4]);
  });

  test('takes numbers back when their transaction fails', () => {
    fill('events', 1);
    expect(() =>
      store.transaction(() => {
        store.events.append('boot', 0, {});
        throw new Error('full');
      }),
    ).toThrow('full');
    expect(store.events.head).toBe(1);
    fill('events', 1);
    expect(held('events')).toEqual([1, 2]);
  });

  test('loses to age only what is acknowledged', () => {
    fill('events', 4, 100);
    store.events.acknowledge(3);
    store.prune({ ...never, events: 102 });
    expect(held('events')).toEqual([3, 4]);
    store.prune({ ...never, events: 1_000 });
    expect(held('events')).toEqual([4]);
  });

  test('of readings is thinned in its older half', () => {
    fill('readings', 8);
    store.readings.thin();
    expect(held('readings')).toEqual([1, 3, 5, 6, 7, 8]);
  });
});

test('the log is written again from its beginning: it does not grow with use', () => {
  const fixture = new SiteFixture();
  const set = fixture.snapshot(Array.from({ length: 6_000 }, (_, i) => fixture.grant({ pin: String(i) })));
  const size = () => statSync(join(folder, 'bridge.sqlite-wal')).size;
  const reserved = size();
  expect(reserved).toBeGreaterThan(4 * 1024 * 1024);
  for (let i = 0; i < 5; i++) {
    store.holdGrants({ ...set, sequence: i });
    store.checkpoint();
  }
  expect(size()).toBe(reserved);
});
