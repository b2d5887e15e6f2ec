import { writeFile } from 'node:fs/promises';
import { createVault, openDatabase } from '@mitoyen/db';
import { generateSigningKey } from '@mitoyen/protocol';
import { noDoors } from '../adapters/broker.ts';
import { buildApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { readCalendars } from '../schedule/calendars.ts';
import { createScheduleStore } from '../schedule/schedule-store.ts';
import { SIGNING_KID } from '../signing.ts';

/**
 * Writes the API's document to server/openapi.json, from which the web client is generated. Nothing is listened to and no database is
 * asked: only the routes are read.
 */
const secret = Buffer.alloc(32).toString('base64url');
const config = readConfig({
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  MITOYEN_SECRET: secret,
  MITOYEN_SIGNING_KEY: 'unused',
  MITOYEN_DEMO: '1',
  PUBLIC_URL: 'http://localhost:3000',
});
const db = openDatabase(config.databaseUrl, { max: 1 });
const app = await buildApp({
  config,
  db,
  vault: createVault(secret),
  clock: { now: () => 0 },
  random: (size) => new Uint8Array(size),
  signingKey: generateSigningKey(SIGNING_KID),
  doors: noDoors,
  schedules: createScheduleStore(readCalendars(null)),
});
await app.ready();
await writeFile(new URL('../../openapi.json', import.meta.url), `${JSON.stringify(app.swagger(), null, 2)}\n`);
await app.close();
await db.close();
