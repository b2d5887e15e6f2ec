/** What the tests of one run share: a server, two roles, and a migrated database to clone. */
export interface SharedDatabase {
  readonly superuserUrl: string;
  readonly template: string;
  readonly ownerPassword: string;
  readonly appPassword: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    database: SharedDatabase;
  }
}

export function urlOf(shared: SharedDatabase, role: 'owner' | 'app', database: string): string {
  const url = new URL(shared.superuserUrl);
  url.username = `mitoyen_${role}`;
  url.password = role === 'owner' ? shared.ownerPassword : shared.appPassword;
  url.pathname = `/${database}`;
  return url.href;
}
