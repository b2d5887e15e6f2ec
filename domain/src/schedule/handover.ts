import { STAFF_CLASS } from '../audience/audiences.ts';
import { dayWindow, localDateOf } from '../time/local.ts';
import type { Instant, TimeZone } from '../time/types.ts';
import type { Handover, ScheduledWindow } from './types.ts';

type Opening = Pick<ScheduledWindow, 'from' | 'until' | 'spaceId' | 'audience' | 'audienceClass'>;

export interface WithHandovers<W> {
  readonly windows: W[];
  readonly handovers: Handover[];
  readonly squeezedOut: W[];
}

/**
 * Puts the handovers between the windows of one space, sorted by start, no two incompatible ones overlapping.
 *
 * The public that arrives waits: a window begins no earlier than `handoverMs` after the end of every window of another
 * class before it, as a booking's hold of the space lasts that long after the booking. So the result at any time depends
 * on the windows of the last `handoverMs` only. A window with no time left is `squeezedOut`; it still keeps the class
 * after it at a distance, since its public was told to come. Windows of staff neither wait nor make others wait.
 *
 * A handover is also recorded where the plan leaves time for it; it then lies right behind the leaving public. What is
 * told of it is the part on the local day of the public that arrives: before its midnight there is only closed time.
 * Handovers overlap neither each other nor a window of a public. Where nothing is squeezed out, inserting again changes
 * nothing.
 */
export function insertHandovers<W extends Opening>(
  windows: readonly W[],
  handoverMs: number,
  zone: TimeZone,
): WithHandovers<W> {
  const inserter = handoverInserter<W>(handoverMs);
  for (const window of windows) {
    inserter.push(window, handoverMs === 0 ? window.from : dayWindow(localDateOf(window.from, zone), zone).from);
  }
  return inserter.result;
}

/** The same, window by window, for a caller that knows where each window's local day begins. */
export function handoverInserter<W extends Opening>(
  handoverMs: number,
): {
  readonly result: WithHandovers<W>;
  push(window: W, dayStart: Instant): void;
} {
  const result: WithHandovers<W> = { windows: [], handovers: [], squeezedOut: [] };
  // The window that ends last so far, and the one that does among those of other classes than its own.
  let last: W | null = null;
  let lastOfOthers: W | null = null;

  const note = (leaving: W, arriving: W, dayStart: Instant, until: Instant) => {
    const { handovers } = result;
    const previous = handovers.at(-1);
    const from = Math.max(leaving.until, dayStart);
    // Two windows of the arriving class may begin within one handover.
    if (previous !== undefined && previous.from === from) {
      if (until > previous.until) handovers[handovers.length - 1] = { ...previous, until };
      return;
    }
    handovers.push({
      from,
      until,
      spaceId: arriving.spaceId,
      leaving: leaving.audience,
      arriving: arriving.audience,
    });
  };

  return {
    result,
    push(window, dayStart) {
      if (handoverMs === 0 || window.audienceClass === STAFF_CLASS) {
        result.windows.push(window);
        return;
      }
      const leaving = last !== null && last.audienceClass !== window.audienceClass ? last : lastOfOthers;
      const readyAt = leaving === null ? window.from : leaving.until + handoverMs;
      if (leaving !== null && readyAt > window.from) {
        note(leaving, window, dayStart, Math.min(readyAt, window.until));
        if (readyAt < window.until) result.windows.push({ ...window, from: readyAt });
        else result.squeezedOut.push(window);
      } else {
        if (leaving !== null && leaving === last && readyAt > dayStart) note(leaving, window, dayStart, readyAt);
        result.windows.push(window);
      }

      if (last === null) last = window;
      else if (window.audienceClass !== last.audienceClass) {
        // Incompatible windows do not overlap, so the one that begins later ends later.
        lastOfOthers = last;
        last = window;
      } else if (window.until > last.until) last = window;
    },
  };
}
