import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Small named values that must survive a restart. */
export class Facts {
  readonly #get: StatementSync;
  readonly #set: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('select value from facts where key = ?');
    this.#set = database.prepare(
      'insert into facts (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
    );
  }

  get(key: string): string | undefined {
    return (this.#get.get(key) as { value: string } | undefined)?.value;
  }

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }
}
