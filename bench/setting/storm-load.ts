// What others may do all day, in a process of its own: `node bench/setting/storm-load.ts KIND RATE ARGUMENT…`, until it is killed.
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { mount, unmount } from './mount-calls.ts';

const [kind = '', rate = '', ...rest] = process.argv.slice(2);
const [dir = ''] = rest;
let turn = 0;

const acts: Readonly<Record<string, () => void>> = {
  /** Every other call mounts, the next one unmounts. */
  mounts() {
    const point = `${dir}/point`;
    if (turn === 0) mkdirSync(point, { recursive: true });
    if (turn % 2 === 0) mount(dir, point);
    else unmount(point);
  },
  register() {
    const name = `storm-${turn >> 1}`;
    const line = `:${name}:M::\\x7fELF\\x02\\x01\\x01STORM${String(turn).padStart(8, '0')}::/bin/true:`;
    put(`${dir}/${turn % 2 === 0 ? 'register' : name}`, turn % 2 === 0 ? line : '-1');
  },
  chmod() {
    const names = readdirSync(dir).filter((name) => name.startsWith('keeper-'));
    chmodSync(`${dir}/${names[turn % names.length]}`, 0o644);
  },
  read() {
    for (const name of readdirSync(dir)) if (name !== 'register') readFileSync(`${dir}/${name}`);
  },
  files() {
    const file = `${dir}/storm-${turn >> 1}`;
    if (turn % 2 === 0) writeFileSync(file, 'x');
    else rmSync(file);
  },
  connect() {
    const socket = createConnection(dir).on('error', () => {});
    socket.once('connect', () => socket.end('{"command":"report"}\n'));
    socket.resume();
  },
};

const act = acts[kind];
if (act === undefined) throw new Error(`no storm ${kind}`);
const from = performance.now();
const due = (): number => ((performance.now() - from) / 1000) * Number(rate);
setInterval(() => {
  for (; turn < due(); turn += 1) act();
}, 2);

function put(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY);
  writeSync(fd, text);
  closeSync(fd);
}
