import postgres from 'postgres';

export const OWNER_ROLE = 'mitoyen_owner';
export const APP_ROLE = 'mitoyen_app';

export interface RolePasswords {
  readonly owner: string;
  readonly app: string;
}

/**
 * The two roles of the product, neither a superuser: one owns the database and runs migrations, the other serves
 * requests and owns nothing, so that row-level security holds for it. Passwords are set anew at each start.
 */
export async function ensureRoles(superuserUrl: string, passwords: RolePasswords): Promise<void> {
  await withClient(superuserUrl, async (sql) => {
    for (const [role, password] of [
      [OWNER_ROLE, passwords.owner],
      [APP_ROLE, passwords.app],
    ] as const) {
      const [existing] = await sql`select 1 from pg_roles where rolname = ${role}`;
      const verb = existing ? 'alter' : 'create';
      // Utility statements take no parameters; the passwords are ours (base64url), the quoting is for the principle.
      await sql.unsafe(`${verb} role ${role} login nosuperuser nocreatedb nocreaterole password ${literal(password)}`);
    }
  });
}

/** True when the database had to be made. */
export async function ensureDatabase(superuserUrl: string, name: string): Promise<boolean> {
  return withClient(superuserUrl, async (sql) => {
    const [existing] = await sql`select 1 from pg_database where datname = ${name}`;
    if (existing) return false;
    await sql.unsafe(`create database ${identifier(name)} owner ${OWNER_ROLE} encoding 'UTF8' template template0`);
    await sql.unsafe(`revoke all on database ${identifier(name)} from public`);
    await sql.unsafe(`grant connect on database ${identifier(name)} to ${APP_ROLE}`);
    return true;
  });
}

export async function withClient<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
