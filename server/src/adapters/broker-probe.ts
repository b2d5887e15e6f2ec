import mqtt from 'mqtt';

const TIMEOUT_MS = 5_000;

/** Signs in to a broker and out again. Null when it answered; otherwise why not, in a few words. */
export async function probeBroker(url: string, username: string, password: string): Promise<string | null> {
  try {
    const client = await mqtt.connectAsync(
      url,
      { username, password, connectTimeout: TIMEOUT_MS, reconnectPeriod: 0 },
      false,
    );
    await client.endAsync();
    return null;
  } catch (error) {
    return error instanceof Error && error.message !== '' ? error.message : 'cannot be reached';
  }
}
