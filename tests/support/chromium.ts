import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Places of a host's own Chromium, tried before the packaged one. */
const OF_THE_HOST = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A headless Chromium: CHROMIUM_PATH, else the host's, else the one inside a registry package. Nothing is downloaded. */
export async function launchChromium(): Promise<Browser> {
  const own = process.env.CHROMIUM_PATH || OF_THE_HOST.find((path) => existsSync(path));
  const { executablePath, env } = own ? { executablePath: own, env: {} } : await packagedChromium();
  return chromium.launch({
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    // Chromium's sandbox refuses root, which is what containers and CI are; it only visits our own pages here.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none'],
  });
}

/** Unpacked once per version and user: the package's own place in /tmp would be whoever's came first. */
async function packagedChromium(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const { uid } = userInfo();
  const home = join(tmpdir(), `mitoyen-chromium-${version}-${uid}`);
  if (!existsSync(home)) await unpack(join(root, 'bin'), home);
  if (lstatSync(home).uid !== uid) throw new Error(`${home} belongs to another user: remove it.`);

  const executablePath = join(home, 'chromium');
  const env: Record<string, string> = {};
  // A bare machine has neither the browser's libraries nor a font.
  if (spawnSync(executablePath, ['--version']).status !== 0) env.LD_LIBRARY_PATH = join(home, 'al2023', 'lib');
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = join(home, 'fonts.conf');
  return { executablePath, env };
}

async function unpack(archives: string, home: string): Promise<void> {
  const partial = mkdtempSync(`${home}.`);
  const before = process.env.TMPDIR;
  // `inflate` unpacks into the temporary folder, and takes what lies there for its own.
  process.env.TMPDIR = partial;
  try {
    for (const archive of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) {
      await inflate(join(archives, archive));
    }
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  // The archive's own configuration names places of its author's.
  const fonts = `<fontconfig><dir>${home}/fonts</dir><cachedir>${home}/fonts-cache</cachedir></fontconfig>`;
  writeFileSync(
    join(partial, 'fonts.conf'),
    `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n${fonts}\n`,
  );
  try {
    renameSync(partial, home);
  } catch (error) {
    // Another test process has unpacked it meanwhile.
    if (!existsSync(home)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
}
