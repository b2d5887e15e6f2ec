import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

/** The operating system user that runs PostgreSQL; undefined: the one that runs us. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. No user is created on the host for it: the owner of an existing cluster goes
 * on, else the host's `postgres`, else `nobody`, which every Linux has.
 */
export function unprivilegedUser(clusterDir: string): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid), gid: Number(gid) }));
  const owner = statSync(clusterDir, { throwIfNoEntry: false })?.uid;
  const user =
    (owner ? users.find((candidate) => candidate.uid === owner) : undefined) ??
    users.find((candidate) => candidate.name === 'postgres' && candidate.uid !== 0) ??
    users.find((candidate) => candidate.name === 'nobody');
  if (!user) {
    throw new Error(
      'PostgreSQL does not run as root, and this machine has neither a `postgres` nor a `nobody` user. ' +
        'Start as an ordinary user, or give DATABASE_URL.',
    );
  }
  return user;
}

/** Whether the user can enter the folder. The kernel is asked, since modes alone say nothing of access lists. */
export function canEnter(user: OsUser | undefined, dir: string): boolean {
  if (!user) return true;
  const probe = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', dir], { cwd: '/', uid: user.uid, gid: user.gid });
  return probe.status === 0;
}
