import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../setting/daemon.ts';
import { put } from '../setting/entries.ts';
import { mountMain, type Place } from '../setting/place.ts';
import { startProber } from '../setting/prober.ts';
import { type Summary, summarize } from '../setting/stats.ts';
import { ten } from './latency.ts';

/** How one way to register behaves: what it costs, and what is left of it after each fault. */
export interface Peer {
  readonly name: string;
  /** Why it was not measured; null where it was. */
  readonly absent: string | null;
  /** From the start of the tool to its end with eight handlers registered, milliseconds. */
  readonly register: Summary | null;
  readonly faults: readonly Survival[];
}

/** What a continuous prober of an arm64 program saw in the three seconds after a fault. */
export interface Survival {
  readonly fault: string;
  readonly execs: number;
  readonly failed: number;
  /** The program runs at the end, under the interpreter that was registered. */
  readonly survived: boolean;
}

interface Contender {
  readonly name: string;
  readonly absent: string | null;
  /** Registers eight handlers and returns what ends it. */
  start(): Promise<() => Promise<void>>;
}

const eight = ten.slice(0, 8);

const faults: Readonly<Record<string, (place: Place, name: string) => void>> = {
  'entry deleted': ({ main }, name) => put(`${main}/${name}`, '-1'),
  'entry disabled': ({ main }, name) => put(`${main}/${name}`, '0'),
  'all cleared': ({ main }) => put(`${main}/status`, '-1'),
  'status 0': ({ main }) => put(`${main}/status`, '0'),
  umount: ({ main }) => run('umount', [main]),
  'umount -l': ({ main }) => run('umount', ['-l', main]),
  'umount of all': () => run('umount', ['-a', '-t', 'binfmt_misc']),
  hijack: ({ main }) => {
    const magic = '\\x7fELF\\x02\\x01\\x01';
    const rest = `${'\\x00'.repeat(9)}\\x02\\x00\\xb7\\x00`;
    const mask = `${'\\xff'.repeat(7)}${'\\x00'.repeat(9)}\\xfe\\xff\\xff\\xff`;
    put(`${main}/register`, `:hijack:M::${magic}${rest}:${mask}:/bin/false:`);
  },
};

/** Every contender that exists here meets every fault, each time from a fresh start on an empty instance. */
export async function measurePeers(place: Place, times: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  run('umount', ['-l', place.anchor]);
  for (const contender of contenders(place)) {
    const { name, absent } = contender;
    if (absent !== null) {
      peers.push({ name, absent, register: null, faults: [] });
      continue;
    }
    const took: number[] = [];
    for (let i = 0; i < times; i += 1) {
      clear(place);
      const from = performance.now();
      const stop = await contender.start();
      took.push(performance.now() - from);
      await stop();
    }
    const survivals: Survival[] = [];
    for (const fault of Object.keys(faults)) survivals.push(await meet(place, contender, fault));
    peers.push({ name, absent, register: summarize(took), faults: survivals });
  }
  clear(place);
  return peers;
}

async function meet(place: Place, contender: Contender, fault: string): Promise<Survival> {
  clear(place);
  const stop = await contender.start();
  const probe = join(place.dir, 'probes/probe.aarch64');
  const name = ['keeper-aarch64', 'qemu-aarch64'].find((n) => existsSync(`${place.main}/${n}`)) ?? '';
  const prober = startProber(probe);
  await sleep(200);
  faults[fault]?.(place, name);
  await sleep(3000);
  const { execs, failed } = await prober.stop();
  const survived = spawnSync(probe, { input: 'x' }).status === 0;
  await stop();
  return { fault, execs, failed, survived };
}

function clear(place: Place): void {
  mountMain();
  put(`${place.main}/status`, '1');
  put(`${place.main}/status`, '-1');
}

function contenders(place: Place): Contender[] {
  return [keeper(place), systemd(place), updateBinfmts(place), upstreamScript(), shell(place)];
}

function keeper(place: Place): Contender {
  return {
    name: 'binfmt-keeper run',
    absent: null,
    async start() {
      const daemon = startDaemon(place, { platforms: eight });
      await daemon.said('"handlers":[');
      return async () => {
        await daemon.stop();
        // It would hold the instance for whoever comes next.
        run('umount', ['-l', place.anchor]);
      };
    },
  };
}

/** Lines as Debian's QEMU package declares them. */
function line(target: string): string {
  return readFileSync(`/usr/lib/binfmt.d/qemu-${target}.conf`, 'utf8').trim();
}

function declared(): string | null {
  const missing = eight.find((target) => !existsSync(`/usr/lib/binfmt.d/qemu-${target}.conf`));
  return missing === undefined ? null : `no binfmt.d file for ${missing}`;
}

/** As its unit runs it, with eight files in place of the distribution's; hidden by mounts of this namespace. */
function systemd(place: Place): Contender {
  const program = '/usr/lib/systemd/systemd-binfmt';
  const dir = join(place.dir, 'binfmt.d');
  return {
    name: 'systemd-binfmt',
    absent: existsSync(program) ? declared() : `no ${program}`,
    async start() {
      if (!existsSync(dir)) {
        mkdirSync(dir);
        for (const target of eight) writeFileSync(join(dir, `qemu-${target}.conf`), `${line(target)}\n`);
        run('mount', ['--bind', dir, '/usr/lib/binfmt.d']);
      }
      await ended(program, []);
      return async () => {};
    },
  };
}

/** binfmt-support; `UPDATE_BINFMTS` names a copy that is unpacked elsewhere. */
function updateBinfmts(place: Place): Contender {
  const program = process.env.UPDATE_BINFMTS ?? '/usr/sbin/update-binfmts';
  const dir = join(place.dir, 'binfmts');
  return {
    name: 'update-binfmts (binfmt-support)',
    absent: existsSync(program) ? null : `no ${program}`,
    async start() {
      if (!existsSync(dir)) {
        mkdirSync(join(dir, 'admin'), { recursive: true });
        mkdirSync(join(dir, 'import'));
        for (const target of eight.filter((t) => existsSync(`/usr/share/binfmts/qemu-${t}`)))
          writeFileSync(
            join(dir, 'import', `qemu-${target}`),
            readFileSync(`/usr/share/binfmts/qemu-${target}`),
          );
      }
      const places = ['--admindir', join(dir, 'admin'), '--importdir', join(dir, 'import')];
      await ended(program, [...places, '--import']);
      await ended(program, [...places, '--enable']);
      return async () => {};
    },
  };
}

/** The script of QEMU's sources; no Debian package ships it, so `QEMU_BINFMT_CONF` names it. It registers all it knows. */
function upstreamScript(): Contender {
  const program = process.env.QEMU_BINFMT_CONF ?? '/usr/share/qemu/qemu-binfmt-conf.sh';
  return {
    name: 'qemu-binfmt-conf.sh',
    absent: existsSync(program) ? null : `no ${program}`,
    async start() {
      await ended('sh', [program, '--qemu-path', '/usr/bin', '--qemu-suffix', '-static', '-p', 'yes']);
      return async () => {};
    },
  };
}

function shell(place: Place): Contender {
  return {
    name: 'one-shot shell',
    absent: declared(),
    async start() {
      const files = eight.map((target) => `/usr/lib/binfmt.d/qemu-${target}.conf`);
      await ended('sh', [
        '-c',
        'r=$1; shift; for f; do cat "$f" >"$r"; done',
        'sh',
        `${place.main}/register`,
        ...files,
      ]);
      return async () => {};
    },
  };
}

function ended(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    spawn(command, args, { stdio: 'ignore' }).once('close', () => resolve());
  });
}

function run(command: string, args: readonly string[]): void {
  spawnSync(command, args, { stdio: 'ignore' });
}
