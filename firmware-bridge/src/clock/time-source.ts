import type { Clock } from '@mitoyen/domain';

/** Undoes an `after`. Harmless when it has already run. */
export type Cancel = () => void;

/** The machine's idea of time, injected at the edge: production uses the operating system's, tests move their own. */
export interface TimeSource extends Clock {
  /** Milliseconds since some fixed point of this boot; never goes back, whatever happens to the wall clock. */
  monotonicMs(): number;
  /** Runs `task` once, `delayMs` of monotonic time from now. */
  after(delayMs: number, task: () => void): Cancel;
}

/** The operating system's time. Its timers do not keep the process alive: the connections do. */
export const systemTime: TimeSource = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
