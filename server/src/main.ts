import { readConfig } from './config.ts';
import { startServer } from './server.ts';

try {
  const server = await startServer(readConfig(process.env));
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Tells a supervisor that waits for it; the log has the rest.
  process.send?.({ kind: 'listening', address: server.address });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
