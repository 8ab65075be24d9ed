// Under a low limit: has 20 clients that ask nothing and then no descriptor left. Prints how many of them were dropped
// within one sweep, which is before their patience ends.
import { openSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { mock } from 'node:test';
import { textAnswer } from '../../../src/core/wire/http-answer.ts';
import { listenHttp } from '../../../src/host/net/http-server.ts';

mock.timers.enable({ apis: ['setInterval'] });
const address = { kind: 'tcp', host: '127.0.0.1', port: 0, loopback: true } as const;
const listening = await listenHttp(address, { mode: '0600', owner: '' }, async () => textAnswer(200, 'ok'));
if (!listening.ok) throw new Error(listening.message);
const port = Number(listening.listener.at.split(':').at(-1));
const connect = (): Socket => createConnection({ host: '127.0.0.1', port }).on('error', () => {});
const idle: Socket[] = [];
for (let n = 0; n < 20; n += 1) {
  const socket = connect();
  idle.push(socket);
  // An answer shows that all before it were let in.
  const asker = connect();
  asker.write('GET / HTTP/1.0\r\n\r\n');
  await new Promise((resolve) => asker.resume().once('close', resolve));
}
try {
  for (;;) openSync('/dev/null', 'r');
} catch {}
let dropped = 0;
const all = new Promise<void>((resolve) => {
  for (const socket of idle)
    socket.resume().once('close', () => {
      dropped += 1;
      if (dropped === idle.length) resolve();
    });
});
mock.timers.tick(1000);
await all;
console.log(dropped);
process.exit(0);
