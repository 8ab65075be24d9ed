import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../setting/daemon.ts';
import { copyLine } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { ten } from './latency.ts';

/** How often another tool failed at its own work while the keeper healed. */
export interface Others {
  readonly tool: string;
  readonly times: number;
  readonly failed: number;
}

/** Deletes and registers each `qemu-*` again, as the one-shot containers do; every failing write counts. */
const reset = `cd "$1"; failed=0
for line in "$2"/*.line; do n=qemu-$(basename "$line" .line)
[ ! -e "$n" ] || echo -1 >"$n" || failed=1
cat "$line" >register || failed=1; done 2>/dev/null; exit $failed`;

/** Clears everything and registers its own, as systemd-binfmt does. */
const flush = `cd "$1"; failed=0
echo -1 >status || failed=1
for line in "$2"/*.line; do cat "$line" >register || failed=1; done 2>/dev/null; exit $failed`;

/** Lets other tools do their work `times` times each while the keeper defends its own entries. */
export async function measureOthers(place: Place, times: number): Promise<Others[]> {
  const daemon = startDaemon(place, { platforms: ten });
  await daemon.said('"event":"verified"', ten.length);
  const lines = join(place.dir, 'lines');
  spawnSync('mkdir', ['-p', lines]);
  for (const key of ten) {
    const line = copyLine(`${place.main}/keeper-${key}`, `qemu-${key}`, `/usr/bin/qemu-${key}-static`);
    spawnSync('dd', [`of=${join(lines, `${key}.line`)}`, 'status=none'], { input: line });
  }
  const results: Others[] = [];
  for (const [tool, script] of [
    ['reset and register, each entry', reset],
    ['clear all and register', flush],
  ] as const) {
    let failed = 0;
    for (let i = 0; i < times; i += 1) {
      // Before the storm rule makes it easy for them.
      if (i % 6 === 0) await daemon.reload();
      if ((await status('sh', ['-c', script, 'tool', place.main, lines])) !== 0) failed += 1;
      await sleep(20);
    }
    results.push({ tool, times, failed });
  }
  await daemon.reload();
  await sleep(300);
  if (!ten.every((key) => existsSync(`${place.main}/keeper-${key}`))) throw new Error('the keeper gave way');
  spawnSync('sh', ['-c', 'echo -1 >"$0/status"', place.main]);
  await daemon.stop();
  return results;
}

function status(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    spawn(command, args, { stdio: 'ignore' }).once('close', (code) => resolve(code ?? 1));
  });
}
