import { renderLine } from '../../src/core/kernel/registration.ts';
import { parseLine } from '../../src/core/kernel/registration-line.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../src/core/platforms/catalogue-magic.ts';

/** A host as packages and tools leave it, set up in a mount namespace of its own where /usr is an overlay. */
export interface Host {
  readonly title: string;
  /** What is to be seen there. */
  readonly text: string;
  /** Shell commands that put files in place, before anything is registered. */
  readonly files: readonly string[];
  /** Lines for `register`, in order. */
  readonly lines: readonly string[];
  /** Shell commands after that. */
  readonly after?: readonly string[];
  /** An ordinary container sees no instance, and may not make one. */
  readonly contained?: true;
}

/** What qemu-user-static of Debian 12 registers, but for bytes that its rows for cris and microblaze have. */
const debianTargets = [
  ...['aarch64', 'alpha', 'arm', 'armeb', 'hexagon', 'hppa', 'loongarch64', 'm68k', 'mips', 'mips64'],
  ...['mips64el', 'mipsel', 'mipsn32', 'mipsn32el', 'ppc', 'ppc64', 'ppc64le', 'riscv32', 'riscv64', 's390x'],
  ...['sh4', 'sh4eb', 'sparc', 'sparc32plus', 'sparc64', 'xtensa', 'xtensaeb'],
];

/** What tonistiigi/binfmt has. */
const tonistiigiTargets = [
  'loongarch64',
  'arm',
  'ppc64le',
  'riscv64',
  's390x',
  'aarch64',
  'mips64el',
  'mips64',
];

function qemu(target: string, interpreter: string, flags: string): string {
  const architecture = architectureOf(target);
  if (architecture === undefined) throw new Error(`no architecture ${target}`);
  const line = { name: `qemu-${target}`, matcher: matcherOf(architecture), interpreter, flags };
  return Buffer.from(renderLine(line)).toString('latin1');
}

/** Nothing is declared. */
const none =
  'for d in /usr/lib/binfmt.d /usr/share/binfmts; do mkdir -p $d; mount -t tmpfs -o mode=755 tmpfs $d; done';

/** The packages' interpreter is a link that tells QEMU of the P flag. */
function debianFiles(emulator: (target: string) => string): readonly string[] {
  return [
    none,
    'mkdir -p /usr/libexec/qemu-binfmt',
    ...debianTargets.flatMap((t) => [
      `ln -sf ../../bin/${emulator(t)} /usr/libexec/qemu-binfmt/${t}-binfmt-P`,
      `printf '%s\\n' '${qemu(t, debianInterpreter(t), 'POF')}' >/usr/lib/binfmt.d/qemu-${t}.conf`,
    ]),
  ];
}

function debianInterpreter(target: string): string {
  return `/usr/libexec/qemu-binfmt/${target}-binfmt-P`;
}

const stub = (path: string): string => `mkdir -p "$(dirname ${path})"; rm -f ${path}; cp /bin/true ${path}`;
/** As their packages declare them. */
const others: readonly (readonly [file: string, line: string])[] = [
  ['python3.11', ':python3.11:M::\\xa7\\x0d\\x0d\\x0a::/usr/bin/python3.11:'],
  ['jar', ':jar:M::PK\\x03\\x04::/usr/bin/jexec:'],
  ['mono', ':cli:M::MZ::/usr/bin/cli:'],
  ['wine', ':wine:M::MZ::/usr/bin/wine:'],
];

/** The six. */
export const hosts: readonly Host[] = [
  {
    title: 'Debian with qemu-user-static',
    text: 'Nobody ever ran the keeper here. The package registers its emulators by files in `binfmt.d`, and they work.',
    files: debianFiles((t) => `qemu-${t}-static`),
    lines: debianTargets.map((t) => qemu(t, debianInterpreter(t), 'POF')),
  },
  {
    title: 'Debian 13 with qemu-user-binfmt and systemd',
    text: 'The same lines from another package, whose emulators have no `-static` in their names. Somebody has switched `qemu-s390x` off, and no emulator for big-endian MIPS was registered.',
    files: [
      ...debianTargets.map(
        (t) => `cp /usr/bin/qemu-${t}-static /usr/bin/qemu-${t}; rm -f /usr/bin/qemu-${t}-static`,
      ),
      ...debianFiles((t) => `qemu-${t}`),
    ],
    lines: debianTargets
      .filter((t) => t !== 'mips' && t !== 'mips64')
      .map((t) => qemu(t, debianInterpreter(t), 'POF')),
    after: ['echo 0 >/proc/sys/fs/binfmt_misc/qemu-s390x'],
  },
  {
    title: "After tonistiigi's tool",
    text: 'As `docker run --privileged tonistiigi/binfmt --install all` leaves it: its emulators are files of its image, which is gone; the kernel holds them open.',
    files: [none, ...tonistiigiTargets.map((t) => `cp /usr/bin/qemu-${t}-static /usr/bin/qemu-${t}`)],
    lines: tonistiigiTargets.map((t) => qemu(t, `/usr/bin/qemu-${t}`, 'OCF')),
    after: ['rm /usr/bin/qemu-*'],
  },
  {
    title: 'With wine, mono and python',
    text: 'No emulator, but entries of other kinds. Two of them want the same files: the one that was registered last has them.',
    files: [
      none,
      'rm -f /usr/bin/qemu-*-static',
      ...['/usr/bin/wine', '/usr/bin/cli', '/usr/bin/jexec', '/usr/bin/python3.11'].map(stub),
      ...others.map(([name, line]) => `printf '%s\\n' '${line}' >/usr/lib/binfmt.d/${name}.conf`),
    ],
    lines: others.map(([, line]) => line),
  },
  {
    title: 'In an unprivileged container',
    text: 'It sees no instance and may not mount one. `binfmt-keeper witness linux/arm64` says whether foreign programs run there, without any right.',
    files: [],
    lines: [],
    contained: true,
  },
  {
    title: 'On a host with a dangerous entry',
    text: 'This host runs programs of 386 by itself, and yet somebody registered `qemu-i386`: every one of them runs under emulation now. A line that matches the own programs of the host is worse: nothing can be started any more, and only the log and HTTP of a daemon that runs already can tell, see [troubleshooting.md](troubleshooting.md).',
    files: [none, ...['/usr/bin/wine', '/usr/bin/ape'].map(stub)],
    lines: [
      qemu('aarch64', '/usr/bin/qemu-aarch64-static', 'POCF'),
      qemu('i386', '/usr/bin/qemu-i386-static', 'F'),
      ':wine:M::MZ::/usr/bin/wine:',
      ":APE:M::MZqFpD='::/usr/bin/ape:",
    ],
  },
];

for (const line of hosts.flatMap((host) => host.lines))
  if (!parseLine(line).ok) throw new Error(`no registration line: ${line}`);
