import { dirname } from 'node:path';
import type { Import } from './imports.ts';

/** What a room is for, and the rooms that it may use beside itself. */
interface Room {
  readonly holds: string;
  readonly uses: readonly string[];
}

/**
 * Every folder with code, from the bottom to the top; ARCHITECTURE.md shows the same. What a row does not name may not
 * be imported, not even as a type. In a row `core: . text` stands for src/core itself and src/core/text.
 */
export const rooms: Readonly<Record<string, Room>> = roomsIn({
  'src/core': ['outcomes, problems with their remedies, exit codes, version, work in turns', ''],
  'src/core/text': ['text of every kind: bytes, escapes, durations, globs, JSON', ''],
  'src/core/kernel': ['what binfmt_misc, ELF, the mount table, SELinux and systemd look like', ''],
  'src/core/platforms': ['the catalogue, OCI names, selection, QEMU versions', 'core: text kernel'],
  'src/core/binary': ['what a file is that somebody wants to run, by its bytes', 'core: kernel platforms'],
  'src/core/require': [
    'what keeps the programs of a release from running where they are wanted',
    'core: platforms binary',
  ],
  'src/core/config': ['schema, options, own handlers, where values come from', 'core: text kernel platforms'],
  'src/core/import': [
    'registrations of other tools as handlers of the configuration',
    'core: kernel platforms config',
  ],
  'src/core/native': ['what the host runs by itself, and what would stop it', 'core: . kernel'],
  'src/core/plan': [
    'what is wanted, what is there, who owns it, what to do in which order',
    'core: . kernel platforms native',
  ],
  'src/core/entries': [
    'what stands in the instance, whoever registered it',
    'core: . text kernel platforms native plan',
  ],
  'src/core/diagnose': [
    'what the kernel will do with a file, why, and what to do about it',
    'core: . text kernel platforms binary native',
  ],
  'src/core/kept': ['what is done for entries of others that are kept', 'core: kernel plan'],
  'src/core/last-resort': [
    'entries for what nobody serves, and what their program tells',
    'core: kernel platforms plan kept',
  ],
  'src/core/report': [
    'the report and what is written of it: metrics, history, state',
    'core: . text platforms plan entries',
  ],
  'src/core/witness': ['what an ordinary container says of its platforms', 'core: text kernel platforms'],
  'src/core/bundle': [
    'what a bundle of interpreters is made of, and when it may be deployed',
    'core: text kernel platforms store',
  ],
  'src/core/store': [
    'what lies in the store, who uses it, and what bundles are made of',
    'core: . platforms report',
  ],
  'src/core/wire': ['requests and answers of control socket and HTTP', 'core: text platforms config report'],
  'src/core/ps': [
    'processes under emulation: whose they are, and what they cost',
    'core: kernel platforms entries',
  ],
  'src/core/doctor/facts': ['what a diagnosis goes by, and what a check is', 'core: . kernel report ps'],
  'src/core/doctor/kernel': ['checks of kernel, mounts and namespaces', 'core: . kernel doctor/facts'],
  'src/core/doctor/registrars': ['checks of other programs that register', 'core: . entries doctor/facts'],
  'src/core/doctor/host': ['checks of interpreters, store, labels and what runs', 'core: . ps doctor/facts'],
  'src/core/doctor': [
    'what is wrong with a host, from facts: checks and the conclusion',
    'core: . text report doctor/facts doctor/kernel doctor/registrars doctor/host',
  ],
  'src/core/page': ['the page', 'core: text platforms entries report'],
  'src/core/drop-in': ['spellings of older tools', 'core: text kernel platforms report'],
  'src/host': [
    'all that the machine can do, as one argument',
    'host: system files packages bundle net instance mounts selinux store probe last-resort programs processes signs',
  ],
  'src/host/libc': ['C functions that Node lacks, by what they act on', 'core: .'],
  'src/host/system': [
    'libc, children, errno, identity, the mount table as text',
    'core: . kernel config report; host: libc',
  ],
  'src/host/files': [
    'files and directories, and whom to trust with them',
    'core: . kernel plan report; host: system',
  ],
  'src/host/packages': ['what the distribution knows of files', 'core: store; host: system'],
  'src/host/bundle': [
    'bundles: written, read, verified and deployed',
    'core: report bundle store; host: system files selinux store',
  ],
  'src/host/net': ['sockets, HTTP connections, sd_notify', 'core: . kernel config wire; host: system files'],
  'src/host/lock': ['the lock of an instance', 'core: . kernel; host: system net'],
  'src/host/instance': ['an instance of binfmt_misc', 'core: . kernel config; host: system lock'],
  'src/host/mounts': [
    'mounts, their propagation, holders and places',
    'core: . kernel report; host: libc system files lock',
  ],
  'src/host/selinux': ['labels and what the policy says of them', 'core: kernel; host: system'],
  'src/host/store': ['deployed interpreters', 'core: . kernel report store; host: system files lock selinux'],
  'src/host/probe': [
    'foreign and native programs that prove something',
    'core: . kernel witness; host: system files store',
  ],
  'src/host/last-resort': [
    'the interpreter of last resort, and what it reports',
    'core: last-resort ps; host: system files store processes',
  ],
  'src/host/programs': [
    'what lies where the interpreters of entries should',
    'core: kernel binary entries; host: system mounts',
  ],
  'src/host/processes': ['which processes run under emulation', 'core: kernel ps; host: system'],
  'src/host/explain': [
    'the files on the way of the kernel, and what runs on it',
    'core: . kernel platforms binary native diagnose; host: system files instance selinux probe',
  ],
  'src/host/signs': [
    'what a host shows of itself, for a diagnosis',
    'core: kernel doctor/facts; host: system mounts programs',
  ],
  'src/host/archives': [
    'programs in directories, tar files and images, none of which is unpacked',
    'core: binary; host: system',
  ],
  'src/host/sandbox': ['namespaces of an own instance', 'core: . kernel config; host: system mounts'],
  'src/keeper': [
    'one instance: its keeper, what it tells, what it owns',
    'core: . text kernel config native plan entries kept last-resort report witness ps; host: . system instance processes; keeper: record repair kept last-resort prepare entries prove mounts alive account once',
  ],
  'src/keeper/record': [
    'memory, problems, history and totals',
    'core: . text kernel plan report; host: system files',
  ],
  'src/keeper/repair': [
    'observe, plan, apply',
    'core: . kernel native plan report; host: system instance; keeper: record',
  ],
  'src/keeper/kept': [
    'custody of entries of others',
    'core: . kernel config plan kept last-resort; host: files instance mounts; keeper: record repair',
  ],
  'src/keeper/last-resort': [
    'keeps the entries of the last resort, and hears their program',
    'core: . kernel config plan last-resort report; host: system instance store last-resort; keeper: record repair kept prepare',
  ],
  'src/keeper/prepare': [
    'from configuration to interpreters that are ready',
    'core: . kernel platforms config native plan entries kept last-resort report; host: system files instance mounts selinux store; keeper: record repair kept',
  ],
  'src/keeper/entries': [
    'what is known of all entries beside their text',
    'core: . kernel platforms plan entries; host: system files store probe; keeper: record prepare',
  ],
  'src/keeper/prove': [
    'probes, the canary, what is known of ordinary containers',
    'core: . kernel platforms config plan last-resort report; host: system instance selinux probe; keeper: record repair prepare',
  ],
  'src/keeper/mounts': [
    'main mount and anchor; who has the instance',
    'core: . kernel platforms config report; host: system instance mounts probe; keeper: prepare',
  ],
  'src/keeper/alive': [
    'whether the interpreters of all entries are alive, and which are to be renewed',
    'core: . kernel platforms plan entries; host: system programs; keeper: record prepare',
  ],
  'src/keeper/account': [
    'the report of this moment, and what follows from how things are',
    'core: . text kernel platforms config native plan entries kept report; host: system; keeper: alive record repair kept prepare entries prove mounts',
  ],
  'src/keeper/once': [
    'registering without staying: the lock, others’ names, proofs, what lasts',
    'core: . kernel platforms config plan report drop-in; host: system files instance mounts selinux store probe; keeper: record repair prepare prove mounts',
  ],
  'src/keeper/foresee': [
    'what a start would tell, without starting: nothing is mounted, registered, written or locked',
    'core: . kernel platforms config native plan entries report; host: system files instance mounts selinux store probe programs; keeper: . record kept prepare mounts alive account',
  ],
  'src/publish': [
    'tells others: systemd’s directory, node_exporter’s',
    'core: . kernel config plan report; host: system files mounts',
  ],
  'src/daemon': [
    'one process: start, reload, stop',
    'core: . text config report wire; host: . system files net mounts probe; keeper: . prepare mounts once; publish: .; daemon: log loop watch supervise control http',
  ],
  'src/daemon/log': ['the log, and lines that could not be written', 'core: . text report'],
  'src/daemon/loop': [
    'what runs again and again, and what is closed in the end',
    'core: . text report; host: system files instance; keeper: mounts',
  ],
  'src/daemon/watch': ['what wakes the daemon', 'host: system'],
  'src/daemon/supervise': ['what systemd is told', 'core: . report; host: net'],
  'src/daemon/control': [
    'the control socket and that of witnesses',
    'core: . config report witness wire; host: files net; keeper: .',
  ],
  'src/daemon/http': [
    'probes, metrics, status and the page',
    'core: . text config report wire page; host: net; keeper: .; daemon: log',
  ],
  'src/cli/sandbox': ['how a sandbox is found, and this program in it', 'core: text; host: sandbox'],
  'src/cli/terminal': [
    'what people read: tables, style, sentences',
    'core: . text kernel config report wire; host: selinux; cli: sandbox',
  ],
  'src/cli/line': [
    'reading a command line, help, configuration',
    'core: . text platforms config diagnose; host: system files mounts; cli: terminal',
  ],
  'src/cli/completion': ['completion for three shells', 'core: platforms; cli: line'],
  'src/cli/report': [
    'a report for people: tables, lines, one picture',
    'core: . text entries report; cli: terminal',
  ],
  'src/cli/ask': [
    'asking a running daemon',
    'core: . text platforms config entries report wire; host: net; cli: sandbox terminal report',
  ],
  'src/cli/emit': [
    'units for systemd, settings for Bottlerocket',
    'core: . text kernel config; host: system files; cli: terminal',
  ],
  'src/cli/ps': [
    'processes under emulation: a look, and what people read of it',
    'core: text kernel config ps; host: . mounts; cli: terminal',
  ],
  'src/cli/doctor': [
    'the facts of this host, and a diagnosis for people',
    'core: . text kernel config diagnose report doctor/facts doctor; host: . system mounts; cli: terminal ask ps',
  ],
  'src/cli/witness': [
    'the witness',
    'core: . text platforms config witness; host: . system net probe; keeper: prepare; cli: terminal ask',
  ],
  'src/cli/store': [
    'the store and its bundles, and the way from an entry to its file',
    'core: . text kernel platforms config plan entries report bundle store; host: . system bundle mounts store; keeper: repair entries; cli: terminal',
  ],
  'src/cli/explain': [
    'files that are explained: which, by what, and how it is shown',
    'core: . text kernel binary require config native diagnose; host: system explain archives; cli: terminal line',
  ],
  'src/cli/commands': [
    'one file a command',
    'core: . text kernel platforms config import entries diagnose report wire ps doctor/facts doctor; host: . system files net instance mounts sandbox; keeper: . prepare once foresee; publish: .; daemon: . log loop; cli: sandbox terminal line completion report ask emit ps doctor witness store explain',
  ],
  'src/cli/drop-in': [
    'commands of older tools',
    'core: . text kernel platforms config report drop-in; host: . system instance store; keeper: . mounts once; daemon: loop; cli: sandbox terminal line ask commands',
  ],
  src: ['signals, exit status, choice of command', 'core: drop-in; cli: commands drop-in'],
  'scripts/generate': [
    'files of the tree that are made from sources',
    'core: . platforms binary config doctor; cli: line',
  ],
  'scripts/package': [
    'bundle, packages, image, release',
    'core: . kernel platforms config; cli: emit completion',
  ],
  'bench/setting': [
    'instances, daemons, entries and loads to measure with, and figures of a sample',
    'core: kernel; scripts: package; test: .',
  ],
  'bench/measure': [
    'one file for each thing that is measured',
    'core: plan; host: instance; keeper: record repair; bench: setting',
  ],
  bench: ['the run, its tables and its budgets', 'bench: setting measure'],
  'scripts/run': ['what every npm command begins with; plain JavaScript for an old Node', ''],
});

function roomsIn(
  rows: Readonly<Record<string, readonly [holds: string, uses: string]>>,
): Record<string, Room> {
  return Object.fromEntries(
    Object.entries(rows).map(([room, [holds, uses]]) => [room, { holds, uses: roomsOf(uses) }]),
  );
}

/** `core: . text; test: .` as folders. */
function roomsOf(uses: string): readonly string[] {
  return uses
    .split('; ')
    .filter(Boolean)
    .flatMap((group) => {
      const [top = '', names = ''] = group.split(': ');
      const folder = ['bench', 'scripts', 'test'].includes(top) ? top : `src/${top}`;
      return names.split(' ').map((name) => (name === '.' ? folder : `${folder}/${name}`));
    });
}

/** The room of a file. */
export function roomOf(file: string): string {
  return dirname(file);
}

/** An import as an arrow between rooms; none where it stays in its room or leads to data, a package or Node. */
export function arrowsOf(use: Import): readonly Import[] {
  if (!/^(src|bench|scripts|test)\/.*s$/.test(use.to) || roomOf(use.from) === roomOf(use.to)) return [];
  return [use];
}

/** The arrows that no row names, as sentences. */
export function undeclared(arrows: readonly Import[]): readonly string[] {
  return arrows
    .filter(({ from, to }) => !rooms[roomOf(from)]?.uses.includes(roomOf(to)))
    .map(({ from, to }) => `${roomOf(from)} uses ${roomOf(to)}: ${from} imports ${to}`);
}

/** The rows of the table in ARCHITECTURE.md. */
export function tableOf(table: Readonly<Record<string, Room>>): readonly string[] {
  return Object.entries(table).map(
    ([room, { holds, uses }]) => `| \`${room}\` | ${holds} | ${shown(uses)} |`,
  );
}

/** Folders of one layer after its name, as in a row above. */
function shown(uses: readonly string[]): string {
  const short = uses.map((room) => room.replace(/^src\//, ''));
  const tops = [...new Set(short.map((room) => room.split('/')[0] ?? ''))];
  return tops
    .map((top) => {
      const inside = short
        .filter((room) => room.startsWith(`${top}/`))
        .map((room) => room.slice(top.length + 1));
      return [short.includes(top) ? `**${top}**` : `${top}:`, ...inside].join(' ');
    })
    .join(' · ');
}
