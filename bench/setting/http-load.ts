// A crowd of HTTP clients in a process of its own: `node bench/setting/http-load.ts slow|scrapes|page|pipeline PORT`, until it is killed.
import { createConnection } from 'node:net';

const [kind = '', port = ''] = process.argv.slice(2);
const connect = () => createConnection({ host: '127.0.0.1', port: Number(port) }).on('error', () => {});

/** A thousand, which never finish what they say; whoever is dropped comes again five seconds later. */
function hang(): void {
  const socket = connect();
  socket.once('connect', () => socket.write('GET /metrics HTTP/1.1\r\nX: '));
  socket.resume();
  socket.once('close', () => setTimeout(hang, 5000));
}

/** On a connection each, as scrapers do whose interval is longer than a connection is kept. */
function scrape(): void {
  const socket = connect();
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  socket.resume();
}

/** Two thousand requests in one packet. */
function pipeline(): void {
  const socket = connect();
  socket.write('GET /metrics HTTP/1.1\r\nHost:a\r\n\r\n'.repeat(2000));
  socket.resume();
}

if (kind === 'slow') for (let i = 0; i < 1000; i += 1) setTimeout(hang, i);
if (kind === 'scrapes') setInterval(scrape, 10);
if (kind === 'pipeline') setInterval(pipeline, 100);
if (kind === 'page') {
  const socket = connect();
  socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.resume();
}
