import { startBroker } from './broker.ts';

const broker = await startBroker({
  port: Number(process.env.BROKER_PORT),
  usersFile: process.env.BROKER_USERS ?? '',
  log: (line) => console.log(`${new Date().toISOString()} ${line}`),
});
console.log(JSON.stringify({ ready: true, port: broker.port }));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void broker.close().then(() => process.exit(0)));
}
