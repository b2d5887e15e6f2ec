import { getContext, setContext, untrack } from 'svelte';
import { applyChange, changeBetween, changedByBoth, isEmpty, linesOf } from './change.ts';
import { faultsOf, planOf } from './day-plan.ts';
import { begin, doStep, type History, redo, undo } from './history.ts';
import type { Change, Draft, Saved } from './types.ts';

interface Kept {
  readonly revision: number;
  readonly base: Draft;
  readonly change: Change;
}

/**
 * The hours of one place as they are being changed: steps that can be undone, over what is saved. Kept in this window of the browser
 * until it is applied, so that a look at another page loses nothing.
 */
export class Planner {
  readonly #slug: string;
  #saved = $state.raw<Saved>() as Saved;
  #history = $state.raw<History<Draft>>() as History<Draft>;
  /** Said to those who listen. */
  announcement = $state('');
  /** What somebody else has changed meanwhile and this draft would write over. */
  overwritten = $state.raw<readonly string[]>([]);

  readonly draft = $derived(this.#history.present.state);
  readonly plan = $derived(planOf(this.#saved, this.draft));
  readonly change = $derived(changeBetween(this.#saved.draft, this.draft));
  readonly isChanged = $derived(!isEmpty(this.change));
  readonly lines = $derived(linesOf(this.#saved.draft, this.draft));
  readonly faults = $derived(faultsOf(this.#saved, this.draft));
  readonly canUndo = $derived(this.#history.past.length > 0);
  readonly canRedo = $derived(this.#history.future.length > 0);

  constructor(slug: string, saved: Saved) {
    this.#slug = slug;
    this.#saved = saved;
    this.#history = begin(saved.draft);
  }

  get saved(): Saved {
    return this.#saved;
  }

  do(label: string, edit: (draft: Draft) => Draft): void {
    this.#history = doStep(this.#history, edit(this.draft), label);
    this.announcement = label;
    this.#keep();
  }

  /** Takes a step back; what it was. */
  undo(): string {
    const { label } = this.#history.present;
    this.#history = undo(this.#history);
    this.#keep();
    return label;
  }

  redo(): string {
    this.#history = redo(this.#history);
    this.#keep();
    return this.#history.present.label;
  }

  /** Back to what is saved; undo brings the draft back. */
  reset(label: string): void {
    this.overwritten = [];
    this.do(label, () => this.#saved.draft);
  }

  /** What is saved is another now: by this draft, or by somebody else. The draft goes on top of it. */
  rebase(saved: Saved): void {
    untrack(() => {
      if (saved.revision === this.#saved.revision) return;
      const { change } = this;
      this.overwritten = changedByBoth(this.#saved.draft, saved.draft, change).filter(
        () => !isEmpty(changeBetween(saved.draft, applyChange(saved.draft, change))),
      );
      this.#saved = saved;
      this.#history = begin(saved.draft);
      const draft = applyChange(saved.draft, change);
      if (!isEmpty(changeBetween(saved.draft, draft))) this.#history = doStep(this.#history, draft, '');
      this.#keep();
    });
  }

  /** For the browser, once: what this window was left with. */
  restore(): void {
    const text = sessionStorage.getItem(this.#key);
    if (text === null) return;
    const kept = JSON.parse(text) as Kept;
    const draft = applyChange(this.#saved.draft, kept.change);
    if (isEmpty(changeBetween(this.#saved.draft, draft))) {
      sessionStorage.removeItem(this.#key);
      return;
    }
    if (kept.revision !== this.#saved.revision) {
      this.overwritten = changedByBoth(kept.base, this.#saved.draft, kept.change);
    }
    this.#history = doStep(this.#history, draft, '');
  }

  get #key(): string {
    return `planner ${this.#slug}`;
  }

  #keep(): void {
    if (!this.isChanged) {
      sessionStorage.removeItem(this.#key);
      return;
    }
    const kept: Kept = { revision: this.#saved.revision, base: this.#saved.draft, change: this.change };
    sessionStorage.setItem(this.#key, JSON.stringify(kept));
  }
}

const KEY = Symbol('planner');

export function providePlanner(planner: Planner): Planner {
  return setContext(KEY, planner);
}

export function usePlanner(): Planner {
  return getContext<Planner>(KEY);
}
