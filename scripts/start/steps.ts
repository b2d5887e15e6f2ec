/** What a start does, in this order. */
export type Step = 'database' | 'migrations' | 'demo' | 'web' | 'broker' | 'server' | 'sites';

export interface Progress {
  /** Runs a step and tells how long it took; what it returns as `detail` is shown beside its name. */
  step<T>(step: Step, run: () => Promise<{ detail?: string; value: T }>): Promise<T>;
  /** Something the reader should know, between two steps or later. */
  notice(text: string): void;
}
