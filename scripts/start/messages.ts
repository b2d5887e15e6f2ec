import type { Step } from './steps.ts';

/** What the console says, in French where the environment asks for it, else in English. */
export interface Messages {
  readonly steps: Readonly<Record<Step, string>>;
  readonly built: string;
  readonly unchanged: string;
  readonly ready: (url: string, seconds: string) => string;
  readonly signIn: (password: string) => string;
  readonly roles: Readonly<Record<string, string>>;
  readonly tryFirst: string;
  readonly tour: readonly string[];
  readonly bookingAtTheDoor: (reference: string, startsAt: number, endsAt: number, pin: string) => string;
  readonly badges: (member: string, staff: string) => string;
  readonly where: (dataDir: string, logs: string) => string;
  readonly howToStop: string;
  readonly stopping: string;
  readonly stopped: string;
  readonly alreadyRuns: (address: string | undefined, pid: number, dataDir: string) => string;
  readonly portTaken: (port: number, holder: string | undefined) => string;
  readonly portChosen: (wanted: number, holder: string | undefined, chosen: number) => string;
  readonly elsewhere: (dataDir: string, place: string) => string;
  readonly fell: (name: string, how: string, seconds: number, logFile: string) => string;
  readonly failed: string;
  readonly wrongPassword: (dataDir: string) => string;
  readonly resetQuestion: (dataDir: string) => string;
  readonly resetNeedsYes: string;
  readonly resetDone: (dataDir: string) => string;
  readonly resetRefused: string;
  readonly usage: string;
}

const english: Messages = {
  steps: {
    database: 'PostgreSQL',
    migrations: 'migrations',
    demo: 'demo network',
    web: 'web pages',
    broker: 'MQTT broker',
    server: 'server, web and jobs',
    sites: 'simulated sites and their bridges',
  },
  built: 'built',
  unchanged: 'unchanged',
  ready: (url, seconds) => `Mitoyen is ready: ${url}   (in ${seconds})`,
  signIn: (password) => `Sign in, all with the password ${password}`,
  roles: { member: 'member', host: 'host', manager: 'manager', administrator: 'administrator' },
  tryFirst: 'Try first',
  tour: [
    'find a desk in Annot for the coming hour and book it as the member;',
    'type the PIN of the booking at the virtual door (/demo/porte), and see it open;',
    "watch it happen on the host's page, in another window.",
  ],
  bookingAtTheDoor: (reference, startsAt, endsAt, pin) =>
    `The member's booking ${reference} in Annot, ${span('en-GB', startsAt, endsAt)}, opens with the PIN ${pin}`,
  badges: (member, staff) => `Badges: the member's ${member}, the staff's ${staff}`,
  where: (dataDir, logs) => `Everything is kept in ${dataDir}, logs in ${logs}`,
  howToStop: 'Ctrl-C stops it; the data stay. `--reset` begins anew, `--help` tells the rest.',
  stopping: 'Stopping...',
  stopped: 'Stopped.',
  alreadyRuns: (address, pid, dataDir) =>
    address
      ? `Mitoyen already runs at ${address} (process ${pid}, data in ${dataDir}). ` +
        'Another one beside it needs its own folder: --data DIR.'
      : `Mitoyen is already starting (process ${pid}, data in ${dataDir}).`,
  portTaken: (port, holder) =>
    `Port ${port} is taken${holder ? ` by ${holder}` : ' by another program'}. ` +
    `Stop that program, or choose another port: --port ${port + 1}`,
  portChosen: (wanted, holder, chosen) =>
    `Port ${wanted} is taken${holder ? ` by ${holder}` : ' by another program'}: using ${chosen}.`,
  elsewhere: (dataDir, place) =>
    `PostgreSQL does not run as root, and its user cannot enter ${dataDir}: its files are in ${place}.`,
  fell: (name, how, seconds, logFile) =>
    `${name} has stopped (${how}); starting it again in ${seconds} s. See ${logFile}`,
  failed: 'Mitoyen could not start:',
  wrongPassword: (dataDir) =>
    `The database in ${dataDir} was made with another secrets.json. Put that file back, or begin anew with --reset.`,
  resetQuestion: (dataDir) => `Remove every booking, account and key kept in ${dataDir}? [y/N] `,
  resetNeedsYes: 'There is nobody to ask here: add --yes to confirm --reset.',
  resetDone: (dataDir) => `Removed what was kept in ${dataDir}.`,
  resetRefused: 'Nothing was removed.',
  usage: `Usage: pnpm start [options]

  --port N      web port (also PORT); must be free. Default: 3000, or the next free one
  --data DIR    folder of everything that is kept (also MITOYEN_DATA). Default: .data
  --no-demo     no demo network, no simulated sites
  --reset       remove what was kept first (asks; --yes to confirm)
  --yes         do not ask
  --verbose     show the logs here too
  --help        this text

Environment: DATABASE_URL (and DATABASE_OWNER_URL for migrations), MQTT_URL with MQTT_USERNAME and
MQTT_PASSWORD, PUBLIC_URL, HOST, SMTP_URL, MAIL_FROM, LOG_LEVEL; each replaces an embedded part or a default.
See docs/operations.md.`,
};

const french: Messages = {
  steps: {
    database: 'PostgreSQL',
    migrations: 'migrations',
    demo: 'réseau de démonstration',
    web: 'pages web',
    broker: 'courtier MQTT',
    server: 'serveur, web et tâches',
    sites: 'lieux simulés et leurs passerelles',
  },
  built: 'construites',
  unchanged: 'inchangées',
  ready: (url, seconds) => `Mitoyen est prêt : ${url}   (en ${seconds})`,
  signIn: (password) => `Pour se connecter, tous avec le mot de passe ${password}`,
  roles: { member: 'membre', host: 'accueil', manager: 'réseau', administrator: 'administration' },
  tryFirst: 'À essayer',
  tour: [
    "trouver un bureau à Annot pour l'heure qui vient et le réserver, en tant que membre ;",
    'taper le code de la réservation à la porte virtuelle (/demo/porte), et la voir ouvrir ;',
    "suivre tout cela sur la page de l'accueil, dans une autre fenêtre.",
  ],
  bookingAtTheDoor: (reference, startsAt, endsAt, pin) =>
    `La réservation ${reference} du membre à Annot, ${span('fr-FR', startsAt, endsAt)}, ouvre avec le code ${pin}`,
  badges: (member, staff) => `Badges : celui du membre ${member}, celui de l'accueil ${staff}`,
  where: (dataDir, logs) => `Tout est gardé dans ${dataDir}, les journaux dans ${logs}`,
  howToStop: "Ctrl-C l'arrête ; les données restent. `--reset` repart de zéro, `--help` dit le reste.",
  stopping: 'Arrêt...',
  stopped: 'Arrêté.',
  alreadyRuns: (address, pid, dataDir) =>
    address
      ? `Mitoyen tourne déjà : ${address} (processus ${pid}, données dans ${dataDir}). ` +
        'Un second à côté a besoin de son dossier : --data DOSSIER.'
      : `Mitoyen est déjà en train de démarrer (processus ${pid}, données dans ${dataDir}).`,
  portTaken: (port, holder) =>
    `Le port ${port} est pris par ${holder ?? 'un autre programme'}. ` +
    `Arrêtez ce programme, ou choisissez un autre port : --port ${port + 1}`,
  portChosen: (wanted, holder, chosen) =>
    `Le port ${wanted} est pris par ${holder ?? 'un autre programme'} : ce sera ${chosen}.`,
  elsewhere: (dataDir, place) =>
    `PostgreSQL ne tourne pas en root, et son utilisateur ne peut entrer dans ${dataDir} : ses fichiers sont dans ${place}.`,
  fell: (name, how, seconds, logFile) => `${name} s'est arrêté (${how}) ; il repart dans ${seconds} s. Voir ${logFile}`,
  failed: "Mitoyen n'a pas pu démarrer :",
  wrongPassword: (dataDir) =>
    `La base de ${dataDir} a été faite avec un autre secrets.json. Remettez ce fichier, ou repartez de zéro avec --reset.`,
  resetQuestion: (dataDir) => `Supprimer toutes les réservations, comptes et clés de ${dataDir} ? [o/N] `,
  resetNeedsYes: 'Personne à qui demander ici : ajoutez --yes pour confirmer --reset.',
  resetDone: (dataDir) => `Le contenu de ${dataDir} a été supprimé.`,
  resetRefused: "Rien n'a été supprimé.",
  usage: `Usage : pnpm start [options]

  --port N      port web (aussi PORT) ; doit être libre. Sinon 3000, ou le suivant qui est libre
  --data DIR    dossier de tout ce qui est gardé (aussi MITOYEN_DATA). Sinon .data
  --no-demo     sans réseau de démonstration ni lieux simulés
  --reset       supprimer d'abord ce qui était gardé (demande ; --yes pour confirmer)
  --yes         ne pas demander
  --verbose     montrer aussi les journaux ici
  --help        ce texte

Environnement : DATABASE_URL (et DATABASE_OWNER_URL pour les migrations), MQTT_URL avec MQTT_USERNAME et
MQTT_PASSWORD, PUBLIC_URL, HOST, SMTP_URL, MAIL_FROM, LOG_LEVEL ; chacun remplace une partie embarquée ou une
valeur par défaut. Voir docs/operations.md.`,
};

/** In the time of the demo's places, wherever the reader sits. */
function span(locale: string, startsAt: number, endsAt: number): string {
  const zone = 'Europe/Paris';
  const day = new Intl.DateTimeFormat(locale, { timeZone: zone, weekday: 'long', day: 'numeric', month: 'long' });
  const hour = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return `${day.format(startsAt)}, ${hour.format(startsAt)} - ${hour.format(endsAt)}`;
}

/** The first of these that is set decides, as for other programs (locale(7)). */
export function messagesFor(env: NodeJS.ProcessEnv): Messages {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return locale.toLowerCase().startsWith('fr') ? french : english;
}
