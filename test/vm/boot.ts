import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Image } from './image.ts';
import { packInitrd, packTar } from './payload.ts';

/** What a machine said of itself. */
export interface Told {
  /** Names of what went well. */
  readonly good: readonly string[];
  /** `NAME: why`; how the machine itself failed, too. */
  readonly bad: readonly string[];
}

export interface BootOptions {
  /** Laid out by `layOutPayload`. */
  readonly payload: string;
  /** The script of the suite that runs inside, without its extension. */
  readonly part: string;
  /** More words for the kernel's command line. */
  readonly append: readonly string[];
  /** Where everything goes that the machine's console showed. */
  readonly log: string;
  readonly limitMs: number;
}

/**
 * Boots a machine, shows its results as they come, and waits until it has switched itself off. On the time limit it
 * is killed.
 */
export function boot(image: Image, options: BootOptions): Promise<Told> {
  const good: string[] = [];
  const bad: string[] = [];
  let ended: number | null = null;
  const [command, args] = image.root === null ? smallArm64(image, options) : largeAmd64(image, options);
  const machine = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: machine.stdout }).on('line', (raw) => {
    const line = raw.replace(/\r$/, '');
    const [, not, text = ''] = /^(not )?ok (.*)$/.exec(line) ?? [];
    if (text !== '') (not === undefined ? good : bad).push(text);
    if (line.startsWith('# end ')) ended = performance.now();
    console.log(`  ${line}`);
  });
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      bad.push(`${options.part}: not finished within ${options.limitMs / 1000} s`);
      machine.kill('SIGKILL');
    }, options.limitMs);
    machine.on('error', (error) => bad.push(`${command}: ${error.message}`));
    machine.on('close', () => {
      clearTimeout(limit);
      if (ended === null) bad.push(`${options.part}: the machine ended before its suite did`);
      else console.log(`  # switched off ${((performance.now() - ended) / 1000).toFixed(1)} s after the end`);
      resolve({ good, bad });
    });
  });
}

const common = [
  '-nodefaults',
  '-no-user-config',
  '-no-reboot',
  '-display',
  'none',
  '-smp',
  '2',
  '-cpu',
  'max',
];

/** The console goes to a file, the results to the second serial port. */
function largeAmd64(image: Image, { payload, part, append, log }: BootOptions): [string, string[]] {
  const words = [
    'root=/dev/vda rw console=ttyS0 net.ifnames=0 security=selinux selinux=1 enforcing=1',
    'systemd.show_status=1 systemd.log_target=console audit=1 mitigations=off',
    `vm.part=${part}`,
    ...append,
  ];
  const args = [
    ...[...common, '-machine', 'q35', '-accel', 'tcg,thread=multi', '-m', '1024'],
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', words.join(' ')],
    ...['-drive', `file=${image.root},format=raw,if=virtio,snapshot=on`],
    ...['-drive', `file=${packTar(payload)},format=raw,if=virtio,readonly=on`],
    ...['-serial', `file:${log}`, '-serial', 'stdio'],
  ];
  return ['qemu-system-x86_64', args];
}

/** This machine has one serial port, so the kernel has to be silent. */
function smallArm64(image: Image, { payload, log }: BootOptions): [string, string[]] {
  const args = [
    ...[...common, '-machine', 'virt', '-accel', 'tcg,thread=multi', '-m', '1536'],
    ...['-kernel', image.kernel, '-initrd', packInitrd(payload, image.initrd)],
    ...['-append', 'console=ttyAMA0 quiet loglevel=1'],
    ...['-chardev', `stdio,id=console,logfile=${log}`, '-serial', 'chardev:console'],
  ];
  return ['qemu-system-aarch64', args];
}
