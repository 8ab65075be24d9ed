import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Daemon } from '../e2e/daemon.ts';
import { targets } from '../e2e/foreign.ts';
import type { World } from '../e2e/world.ts';

/** What an administrator has at hand. */
export interface Hands {
  readonly world: World;
  /** The next number from 0 to 1. */
  readonly random: () => number;
  readonly alive: () => readonly Daemon[];
  /** The one that was started last. */
  readonly last: () => Daemon | undefined;
  readonly start: () => void;
}

/** Does one of the things that go wrong at three in the morning; says which. */
export async function clumsyHands({ world, random, alive, start }: Hands): Promise<string> {
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const { main, anchor, store, run } = world;
  const entry = `${any([main, anchor])}/keeper-${any(targets)}`;
  const signal = any(['STOP', 'CONT', 'KILL', 'TERM', 'HUP'] as const);
  const command = any([
    `umount ${any([main, anchor])}`,
    `umount -l ${any([main, anchor])}`,
    `mount -t tmpfs over ${any([main, anchor])}`,
    `mount -t binfmt_misc again ${any([main, anchor])}`,
    `mount --bind /mnt ${any([main, run, store])}`,
    `echo ${any(['-1', '0', '1'])} >${any([main, anchor])}/status`,
    `echo ${any(['-1', '0', '1'])} >${entry}`,
    `echo -1 >${entry}`,
    `rm -f ${entry}`,
    `chmod ${any(['000', '777'])} ${entry}`,
    `chmod ${any(['000', '4777', '600'])} ${store}/*/*`,
    `chmod ${any(['000', '777', '700'])} ${any([store, run, world.dir])}`,
    `chown ${any(['1000', '0'])} ${any([store, run, `${store}/*/*`])}`,
    `rm -rf ${any([store, `${store}/*`, `${run}/*`, `${world.dir}/probes`, run])}`,
    `mount -o remount,${any(['ro', 'rw'])} ${any([main, anchor])}`,
    `mount -o remount,bind,${any(['ro', 'rw', 'noexec'])} ${any([main, anchor, run, store])}`,
    `echo '${any(['{}', 'platforms: [', 'precedence: last', 'unknown: 1'])}' >${world.config}`,
    `kill -${signal}`,
    `kill -${signal}`,
    'start',
  ]);
  if (command.startsWith('kill')) for (const daemon of alive()) daemon.kill(`SIG${signal}`);
  else if (command !== 'start') world.command('sh', '-c', command);
  // Somebody is always started again; two at once are one too many.
  if (command === 'start' ? alive().length < 3 : random() < 0.3 && alive().length === 0) start();
  if (command.startsWith('kill')) await setTimeout(100);
  return command;
}

/** What the remedies of the problems say: unmount, remount, chown, chmod, correct the configuration, and restart. */
export async function tidyHands({ world, alive, start }: Hands): Promise<void> {
  const { main, anchor, store, run, dir } = world;
  for (const daemon of alive()) {
    daemon.kill('SIGCONT');
    daemon.kill('SIGTERM');
    await daemon.ended();
  }
  for (const place of [main, anchor, store, run])
    for (let n = 0; n < 60 && world.command('umount', '-l', place).status === 0; n += 1);
  writeFileSync(world.config, '{}\n');
  world.command(
    'sh',
    '-c',
    `mkdir -p ${run}; chown -R 0:0 ${store} ${run}; chmod 755 ${dir} ${store} ${run}`,
  );
  start();
}
