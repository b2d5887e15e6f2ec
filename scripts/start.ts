import { createInterface } from 'node:readline/promises';
import { ConsoleProgress, seconds } from './start/console.ts';
import { isEmpty, openDataDir, resetDataDir } from './start/data-dir.ts';
import { takeLock } from './start/lock.ts';
import { type Messages, messagesFor } from './start/messages.ts';
import { readOptions, type StartOptions, UsageError } from './start/options.ts';
import { type Product, StartRefusal, startProduct } from './start/product.ts';

const messages = messagesFor(process.env);
const startedAt = performance.now();
// A terminal that was closed must not keep the parts from being stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  process.exitCode = await main(readOptions(process.argv.slice(2), process.env));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${messages.usage}`);
    process.exit(2);
  }
  if (!(error instanceof StartRefusal)) console.error(`\n${messages.failed}`);
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
process.exit();

async function main(options: StartOptions): Promise<number> {
  if (options.help) {
    console.log(messages.usage);
    return 0;
  }
  if (options.reset && !(await reset(options, messages))) return 1;

  const asked = new AbortController();
  const stopAsked = untilAskedToStop().then(() => asked.abort());
  let product: Product;
  try {
    product = await startProduct({
      ...options,
      run: 'built',
      env: process.env,
      messages,
      progress: new ConsoleProgress(messages, process.stdout),
      signal: asked.signal,
      onLine: options.verbose ? (name, line) => console.log(`  [${name}] ${line}`) : undefined,
    });
  } catch (error) {
    if (!asked.signal.aborted) throw error;
    console.log(`\n${messages.stopped}`);
    return 130;
  }
  console.log(welcome(product, messages));
  await stopAsked;
  console.log(`\n${messages.stopping}`);
  await product.stop();
  console.log(messages.stopped);
  return 0;
}

/** Ctrl-C, `kill`, or the end of the process that handed over to this one. */
function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    process.once('disconnect', () => resolve());
    process.channel?.unref();
  });
}

function welcome({ url, demo, secrets, dataDir, logs }: Product, words: Messages): string {
  const lines = ['', `  ${words.ready(url, seconds(performance.now() - startedAt))}`, ''];
  if (demo) {
    const { booking, memberBadge, staffBadge } = demo.hints;
    lines.push(`  ${words.signIn(secrets.demoPassword)}`);
    for (const { role, email } of demo.logins) lines.push(`    ${(words.roles[role] ?? role).padEnd(16)} ${email}`);
    lines.push('', `  ${words.tryFirst}`, ...words.tour.map((line, index) => `    ${index + 1}. ${line}`));
    const hints = [
      booking?.pin
        ? words.bookingAtTheDoor(booking.reference, booking.startsAt, booking.endsAt, booking.pin)
        : undefined,
      memberBadge && staffBadge ? words.badges(memberBadge, staffBadge) : undefined,
    ];
    lines.push(...hints.flatMap((hint) => (hint ? [`    ${hint}`] : [])), '');
  }
  lines.push(`  ${words.where(dataDir, logs)}`, `  ${words.howToStop}`, '');
  return lines.join('\n');
}

async function reset({ dataDir, yes }: StartOptions, words: Messages): Promise<boolean> {
  const data = openDataDir(dataDir);
  const taken = takeLock(data.lock);
  if (!taken.ok) throw new StartRefusal(words.alreadyRuns(taken.holder.address, taken.holder.pid, dataDir));
  try {
    if (isEmpty(data)) return true;
    if (!yes && !(await isConfirmed(dataDir, words))) return false;
    resetDataDir(data);
    console.log(words.resetDone(dataDir));
    return true;
  } finally {
    taken.lock.release();
  }
}

async function isConfirmed(dataDir: string, words: Messages): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error(words.resetNeedsYes);
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  const answer = (await asking.question(words.resetQuestion(dataDir))).trim().toLowerCase();
  asking.close();
  const agreed = /^(y|yes|o|oui)$/.test(answer);
  if (!agreed) console.log(words.resetRefused);
  return agreed;
}
