import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDaemon } from '../setting/daemon.ts';
import { put, setForeign } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { crowds, runBlock, ten } from './latency.ts';

/** The longest time that the daemon's loop stood still under one condition, milliseconds. */
export interface Standstill {
  readonly condition: string;
  readonly max: number;
  readonly p99: number;
}

/** Every loss again, this time with the loop watched: with an unread log, a hung probe, a hung file system. */
export async function measureStandstill(place: Place, blocks: number): Promise<Standstill[]> {
  const found: Standstill[] = [];
  const rounds = async (condition: string, options: Parameters<typeof startDaemon>[1]): Promise<void> => {
    const daemon = startDaemon(place, { ...options, stall: true });
    await sleep(3000);
    for (const foreign of condition === 'faults' ? crowds : [0]) {
      await daemon.stall();
      for (let i = 0; i < blocks; i += 1) await runBlock(place, daemon, foreign, () => {});
      const { max, p99 } = await daemon.stall();
      const name = condition === 'faults' ? `every fault, ${foreign} foreign entries` : condition;
      found.push({ condition: name, max, p99 });
    }
    setForeign(place.main, 0);
    await daemon.stop('SIGKILL');
    put(`${place.main}/status`, '-1');
  };
  await rounds('faults', { platforms: ten });
  await rounds('every fault, nobody reads the log', {
    platforms: ten,
    log: 'unread pipe',
    logLevel: 'debug',
  });
  await rounds('every fault, one emulator hangs', { platforms: ten, yaml: hungSource(place) });
  const hung = await hungDirectory(place);
  if (hung !== null) {
    await rounds('every fault, one path on a hung file system', {
      platforms: ten,
      yaml: `handlers: [{name: hungpath, magic: HUNG-PATH-MAGIC, interpreter: ${hung.path}/interpreter, flags: F}]\n`,
    });
    hung.end();
  }
  return found;
}

/** A directory of emulators in which that of riscv64 never ends. */
function hungSource(place: Place): string {
  const dir = join(place.dir, 'hung-source');
  mkdirSync(dir, { recursive: true });
  copyFileSync(place.hung, join(dir, 'qemu-riscv64-static'));
  return `interpreters: {sources: [${dir}, /usr/bin]}\nprobe: {timeout: 2s}\n`;
}

/** A file system that never answers, where /dev/fuse may be used. */
async function hungDirectory(place: Place): Promise<{ path: string; end: () => void } | null> {
  const path = join(place.dir, 'hung-directory');
  mkdirSync(path, { recursive: true });
  const program = fileURLToPath(new URL('../../test/host/hung-fuse.child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', program, path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const up = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!up) return null;
  const keepAlive = setInterval(() => {}, 1000);
  return {
    path,
    end: () => {
      clearInterval(keepAlive);
      child.kill('SIGKILL');
    },
  };
}
