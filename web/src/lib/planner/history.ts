/** Steps that can be taken back and forth. `label` says what the step to this state was. */
export interface History<State> {
  readonly past: readonly Step<State>[];
  readonly present: Step<State>;
  readonly future: readonly Step<State>[];
}

export interface Step<State> {
  readonly state: State;
  readonly label: string;
}

/** Enough for an afternoon's work. */
const MOST_STEPS = 200;

export function begin<State>(state: State): History<State> {
  return { past: [], present: { state, label: '' }, future: [] };
}

/** A step that changes nothing is none. What was undone before it is gone. */
export function doStep<State>(history: History<State>, state: State, label: string): History<State> {
  if (state === history.present.state) return history;
  return { past: [...history.past, history.present].slice(-MOST_STEPS), present: { state, label }, future: [] };
}

export function undo<State>(history: History<State>): History<State> {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future] };
}

export function redo<State>(history: History<State>): History<State> {
  const [next, ...rest] = history.future;
  return next === undefined ? history : { past: [...history.past, history.present], present: next, future: rest };
}
