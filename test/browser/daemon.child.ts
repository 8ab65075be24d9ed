/**
 * The real daemon for the browser, in a private namespace, which this process has been started in. Each line on stdin is
 * an order and answered with a line; the namespace ends with stdin.
 */
import { createInterface } from 'node:readline';
import type { Daemon } from '../e2e/daemon.ts';
import { createWorld } from '../e2e/world.ts';
import { foreignNames } from './real-daemon.ts';

const world = createWorld(process.argv[2] ?? '');
let listen = '127.0.0.1:0';
let daemon: Daemon | null = null;

const orders: Readonly<Record<string, () => Promise<string> | string>> = {
  async start() {
    world.configure(`adopt: ${JSON.stringify(foreignNames)}\n`);
    daemon = await world.startVerified({ env: { BINFMT_KEEPER_HTTP_LISTEN: listen } });
    const { http } = await daemon.logged('the address', (line) => line.http !== undefined);
    listen = String(http)
      .replace(/^http:\/\//, '')
      .replace(/\/$/, '');
    return `http://${listen}/`;
  },
  flush() {
    world.write(`${world.main}/status`, '-1');
    return 'flushed';
  },
  foreign() {
    for (const name of foreignNames) world.register(name);
    return 'registered';
  },
  async kill() {
    await daemon?.ended('SIGKILL');
    return 'killed';
  },
};

const input = createInterface({ input: process.stdin });
for await (const order of input) {
  const done = orders[order];
  const answer =
    done === undefined
      ? 'unknown'
      : await Promise.resolve(done()).catch((e: unknown) => `failed: ${e} ${JSON.stringify(world.story())}`);
  process.stdout.write(`${answer}\n`);
}
world.end();
process.exit();
