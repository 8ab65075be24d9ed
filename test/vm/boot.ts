import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Image } from './image.ts';
import { packInitrd } from './payload.ts';

/** What a machine said of itself. */
export interface Told {
  /** Names of what went well. */
  readonly good: readonly string[];
  /** `NAME: why`; how the machine itself failed, too. */
  readonly bad: readonly string[];
  /** Whether it came as far as the suite; if not, nothing of ours was tried. */
  readonly reached: boolean;
}

export interface BootOptions {
  /** A tar file that the machine unpacks; for arm64 the directory that `layOutPayload` made. */
  readonly payload: string;
  /** The script of the suite that runs inside, without its extension. */
  readonly part: string;
  /** More words for the kernel's command line. */
  readonly append: readonly string[];
  /** Where everything goes that the machine's console showed, with the seconds since it was switched on. */
  readonly log: string;
  /** How long it may take until the suite begins. */
  readonly reachMs: number;
  readonly limitMs: number;
  readonly say: (line: string) => void;
}

/**
 * Boots a machine, shows its results as they come, and waits until it has switched itself off. On a time limit it is
 * killed.
 */
export async function boot(image: Image, options: BootOptions): Promise<Told> {
  const good: string[] = [];
  const bad: string[] = [];
  const started = performance.now();
  const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
  let reached = false;
  let ended: number | null = null;
  let rebooted: number | null = null;

  const log = createWriteStream(options.log);
  const keepConsole = (from: Readable | Socket): void => {
    from.on('error', () => undefined);
    createInterface({ input: from }).on('line', (line) => {
      log.write(`[${seconds(started).padStart(6)}] ${line}\n`);
      if (rebooted !== null && line.includes('Linux version')) {
        options.say(`# ${seconds(rebooted)} s from the call of reboot to the next kernel`);
        rebooted = null;
      }
    });
  };
  const consoleServer = createServer(keepConsole);
  await new Promise<void>((resolve) => consoleServer.listen(`${options.log}.socket`, resolve));

  const [command, args] = image.root === null ? smallArm64(image, options) : largeAmd64(image, options);
  const machine = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  machine.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => options.say(`# ${command}: ${text.trim()}`));
  createInterface({ input: machine.stdout }).on('line', (raw) => {
    const line = raw.replace(/\r$/, '');
    log.write(`[${seconds(started).padStart(6)}] > ${line}\n`);
    const [, not, text = ''] = /^(not )?ok (.*)$/.exec(line) ?? [];
    if (text !== '') (not === undefined ? good : bad).push(text);
    if (/^(#|ok|not ok) /.test(line)) reached = true;
    if (line.startsWith('# end ')) ended = performance.now();
    if (line.startsWith('# reboot ')) rebooted = performance.now();
    if (line !== '') options.say(line);
  });
  const kill = (why: string): void => {
    bad.push(`${options.part}: ${why}`);
    machine.kill('SIGKILL');
  };
  const reach = setTimeout(() => {
    if (!reached) kill(`the suite has not begun within ${options.reachMs / 1000} s`);
  }, options.reachMs);
  const limit = setTimeout(() => kill(`not finished within ${options.limitMs / 1000} s`), options.limitMs);
  return new Promise((resolve) => {
    machine.on('error', (error) => bad.push(`${command}: ${error.message}`));
    machine.on('close', () => {
      clearTimeout(reach);
      clearTimeout(limit);
      consoleServer.close();
      if (ended === null) bad.push(`${options.part}: the machine ended before its suite did`);
      else options.say(`# switched off ${seconds(ended)} s after the end`);
      log.end(() => resolve({ good, bad, reached }));
    });
  });
}

/** Without tb-size= each machine may fill a gigabyte with translated code, beside its own memory. */
const common = ['-nodefaults', '-no-user-config', '-display', 'none', '-smp', '2', '-cpu', 'max'];

/** The console goes to a socket, the results to the second serial port. */
function largeAmd64(image: Image, { payload, part, append, log }: BootOptions): [string, string[]] {
  const words = [
    'root=/dev/vda rw console=ttyS0 net.ifnames=0 security=selinux selinux=1 enforcing=1',
    'systemd.show_status=1 systemd.log_target=console audit=1 mitigations=off panic=-1',
    `vm.part=${part}`,
    ...append,
  ];
  const args = [
    ...[...common, '-machine', 'q35', '-accel', 'tcg,thread=multi,tb-size=256', '-m', '1024'],
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', words.join(' ')],
    ...['-drive', `file=${image.root},format=raw,if=virtio,snapshot=on`],
    ...['-drive', `file=${payload},format=raw,if=virtio,readonly=on`],
    ...(image.data === null ? [] : ['-drive', `file=${image.data},format=raw,if=virtio,snapshot=on`]),
    ...['-chardev', `socket,id=console,path=${log}.socket`, '-serial', 'chardev:console', '-serial', 'stdio'],
  ];
  return ['qemu-system-x86_64', args];
}

/** This machine has one serial port, so the kernel has to be silent. */
function smallArm64(image: Image, { payload }: BootOptions): [string, string[]] {
  const args = [
    ...[...common, '-machine', 'virt', '-no-reboot', '-accel', 'tcg,thread=multi,tb-size=256', '-m', '1536'],
    ...['-kernel', image.kernel, '-initrd', packInitrd(payload, image.initrd)],
    ...['-append', 'console=ttyAMA0 quiet loglevel=1 panic=-1', '-serial', 'stdio'],
  ];
  return ['qemu-system-aarch64', args];
}
