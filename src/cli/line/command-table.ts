import type { Switch } from '../../core/config/options.ts';
import { causeCatalogue } from '../../core/diagnose/causes.ts';
import { problemCatalogue } from '../../core/problems.ts';

/** An option of one command alone; without a placeholder it takes no value. */
export interface OwnOption extends Switch {
  readonly placeholder?: string;
  /** May be given more than once. */
  readonly many?: true;
}

/** A command as help, completion and manual describe it, and as the command line is read. */
export interface Command {
  /** The words that choose it. */
  readonly name: string;
  /** What follows the words: any number of platforms, of files, of names of entries or platforms, a command line, or one of `values`. */
  readonly argument?: {
    readonly placeholder: string;
    readonly many: boolean;
    readonly values: 'platforms' | 'command' | 'files' | 'names' | readonly string[];
    readonly help: string;
    /** None need be given; options may stand for it. */
    readonly optional?: boolean;
  };
  readonly options: readonly OwnOption[];
  /** Takes the settings of the configuration as flags, and what else belongs to work on an instance. */
  readonly takes: 'settings' | 'nothing';
  /** Its help lists every setting; elsewhere that would bury what matters. */
  readonly listsSettings?: boolean;
  readonly summary: string;
  readonly text: readonly string[];
  /** Each with what it does; at least two. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** What 0 and 1 mean here. */
  readonly well: string;
  readonly failed?: string;
}

const platforms = {
  placeholder: 'PLATFORM',
  many: true,
  values: 'platforms',
} as const;

const codes = [...Object.keys(problemCatalogue), ...Object.keys(causeCatalogue)].sort();

const rows = [
  {
    name: 'run',
    options: [],
    takes: 'settings',
    listsSettings: true,
    summary: 'keep everything alive, in the foreground: the daemon',
    text: [
      'Registers the handlers, proves each by running a program of its architecture, and from then on restores what gets lost, at once.',
      'SIGTERM and SIGINT end it, SIGHUP makes it read its configuration again. It logs to stderr, for people on a terminal and else as lines of JSON.',
      'A second daemon on the same instance stands by and takes over when the first one ends.',
    ],
    examples: [
      ['run', 'keep every platform with an OCI name that this host does not run by itself'],
      ['run --platforms linux/arm64,linux/riscv64', 'only these two'],
      ['run --platforms all', 'every architecture of QEMU, also those without an OCI name'],
      ['run --config ./config.yaml --log-level debug', 'with another configuration file, and a detailed log'],
      ['run --sandbox', 'try it without root: a private instance, the host is not touched'],
    ],
    well: 'stopped by a signal',
    failed: 'it could not start or go on; the reason is in the log',
  },
  {
    name: 'install',
    argument: {
      ...platforms,
      help: 'auto, all, or names such as linux/arm64, arm64, aarch64; what the configuration says where none is given',
    },
    options: [
      {
        flag: '--persist',
        short: null,
        help: 'leave the anchor mounted on the host; fails where it would end with this process',
      },
    ],
    takes: 'settings',
    summary: 'register once, verify, end',
    text: [
      'Deploys the interpreters, registers the handlers, runs a program of each platform, prints what came of it and ends. Nothing is watched afterwards: that is what run does.',
      'Where a daemon runs, it does the work.',
    ],
    examples: [
      [
        'install',
        'register what the configuration says: every platform with an OCI name, unless it was changed',
      ],
      ['install all', 'register every architecture that this host does not run by itself'],
      ['install linux/arm64 riscv64', 'register two of them'],
      ['install all --persist', 'also leave the anchor, so that an unmount loses nothing'],
      ['install all -o json', 'print the report for programs'],
    ],
    well: 'every required platform is verified and stays registered after the end',
    failed: 'not every one, or the entries would end with the process; the table says which, and why',
  },
  {
    name: 'uninstall',
    argument: { ...platforms, help: 'all (the default), or names such as linux/arm64' },
    options: [
      {
        flag: '--purge',
        short: null,
        help: 'remove everything of ours: deployed interpreters, the anchor, what was asked for and remembered',
      },
    ],
    takes: 'settings',
    summary: 'remove what is ours',
    text: [
      "Removes the keeper's own entries; entries of others are left alone and serve again. Where a daemon runs, it does the work and no longer keeps these platforms.",
      'With --purge whoever installs again starts anew. Files of others are left alone and named; what a running daemon still writes goes when it is stopped.',
    ],
    examples: [
      ['uninstall', 'remove all entries of the keeper'],
      ['uninstall linux/arm64', 'remove one of them'],
      ['uninstall --purge', 'remove everything, before the keeper itself goes'],
    ],
    well: 'nothing of ours is left of what was named',
    failed: 'an entry could not be removed',
  },
  {
    name: 'status',
    argument: {
      ...platforms,
      help: 'only these, such as linux/arm64, or entries by their names, and whether these are well; all that is kept where none is given',
    },
    options: [
      {
        flag: '--watch',
        short: '-w',
        help: 'go on showing it as it changes; arrow keys and Page Down scroll, q or Ctrl-C ends',
      },
      {
        flag: '--no-probe',
        short: null,
        help: 'run no foreign program: without a daemon nothing is proved then',
      },
    ],
    takes: 'settings',
    summary: 'show handlers, problems and remedies',
    text: [
      'Prints for each handler its state, flags, interpreter, version, owner, last probe, number of heals and last loss; then the problems that stand now, with their remedies. The report is that of the running daemon; without one it is what can be seen without changing anything, whoever registered it, and a program of each platform that is served is run, all within 5 s. A second table has the other entries of the instance.',
      'With --watch a terminal shows one picture that is drawn anew at each change; elsewhere each change is printed: a line of JSON, a YAML document or a table.',
    ],
    examples: [
      ['status', 'how things stand'],
      ['status linux/arm64', 'is this one verified?'],
      ['status jar', 'how one entry stands, whoever registered it'],
      ['status --watch', 'see losses and heals as they happen'],
      ['status --watch -o json', 'one line of JSON for each change'],
      ['status -o json', 'the same for programs'],
    ],
    well: 'every required platform is verified, or what is named, or the host runs it itself; what nothing can prove is well as long as nothing is known against it',
    failed: 'one is not',
  },
  {
    name: 'probe',
    argument: {
      ...platforms,
      help: 'only these, such as linux/arm64, or entries by their names; all that is kept where none is given',
    },
    options: [],
    takes: 'settings',
    summary: 'run a foreign program of each platform now',
    text: [
      'Runs a tiny program of each platform and says which interpreter the kernel started for it, whoever registered that; for a handler of your own its check. Nothing is changed.',
    ],
    examples: [
      ['probe', 'prove every platform of the configuration'],
      ['probe linux/arm64', 'prove one'],
      ['probe all --probe-timeout 30s', 'give each program half a minute, on a slow host'],
    ],
    well: 'every required platform is verified, or what is named, or the host runs it itself',
    failed: 'one is not, or nothing can prove it',
  },
  {
    name: 'explain',
    argument: {
      placeholder: 'FILE',
      many: true,
      values: 'files',
      help: 'programs, scripts, libraries, as they would be typed to run them; - reads stdin',
      optional: true,
    },
    options: [
      {
        flag: '--root',
        short: null,
        placeholder: 'DIRECTORY',
        help: 'look at FILE as a container sees it whose root directory this is; its shell where no FILE is given',
      },
      {
        flag: '--pid',
        short: null,
        placeholder: 'PROCESS',
        help: 'explain the program that this process runs',
      },
      {
        flag: '--no-probe',
        short: null,
        help: 'run no foreign program: emulation is not proven then',
      },
      {
        flag: '--require',
        short: null,
        placeholder: 'PLATFORM',
        help: 'check that every program in FILE (a directory, tar file, image or program) is for this platform, such as linux/arm64, and list what is not',
      },
      {
        flag: '--checksums',
        short: null,
        placeholder: 'LIST',
        help: 'with --require: hold files against this list of SHA-256 sums as well, as sha256sum prints it',
      },
      {
        flag: '--rename',
        short: null,
        placeholder: 'OLD=NEW',
        many: true,
        help: 'with --require: check OLD alone, which an installer places as NEW; may be given more than once',
      },
      {
        flag: '--gate',
        short: null,
        help: 'run the command that follows where it can run; else say why not and end with 126',
      },
      { flag: '--quiet', short: null, help: 'print nothing: the exit status is the answer' },
    ],
    takes: 'settings',
    summary: 'say whether a program runs here, by what, or why not',
    text: [
      'Reads the first bytes of FILE and goes the way that the kernel would go: the entry that it will choose, others that fit and lose, interpreters, the ELF loader and libraries. FILE itself is never executed. Where an emulator would run it, a tiny program of the same platform is run to prove that.',
      'What will not run has a code, its errno, and what to type.',
    ],
    examples: [
      ['explain ./app', 'why does it say "exec format error"?'],
      ['explain --root /var/lib/machines/debian /bin/sh', 'will the shell of that root run?'],
      ['explain --pid 4711', 'what runs this process?'],
      ['explain -o json ./app', 'the same for programs'],
      ['explain - <app', 'what comes through a pipe, before it is saved'],
      ['explain --require linux/arm64 dist/ image.tar', 'is all of it for arm64, before it is shipped?'],
      [
        'explain --require linux/arm64 --rename k3s-arm64=k3s dist/',
        'will what is placed as k3s run on arm64?',
      ],
      ['explain --gate ./app --serve', 'run it, or say in one sentence why it cannot run'],
    ],
    well: 'each FILE runs, natively or by an emulator that was seen to work; with --no-probe by one that the kernel would start; with --require all fits; with --gate the command ended with 0',
    failed: 'one will not run, or does not fit; 3: what decides that may not be seen by this user',
  },
  {
    name: 'pause',
    options: [
      {
        flag: '--for',
        short: null,
        placeholder: 'TIME',
        help: 'go on by itself after so long, such as 10m; without it until somebody says resume',
      },
    ],
    takes: 'settings',
    summary: 'stop healing, for maintenance',
    text: [
      'The running daemon goes on looking, but restores, mounts and probes nothing. The pause shows in status, in the log and among the problems, and ends with the daemon too.',
    ],
    examples: [
      ['pause --for 10m', 'let entries be taken away for ten minutes'],
      ['pause', 'until somebody says resume'],
    ],
    well: 'the daemon has paused',
    failed: 'no daemon could be asked',
  },
  {
    name: 'resume',
    options: [],
    takes: 'settings',
    summary: 'go on healing',
    text: ['Ends a pause: the running daemon restores at once what got lost meanwhile.'],
    examples: [
      ['resume', 'go on'],
      ['resume -o json', 'and print the report for programs'],
    ],
    well: 'the daemon heals',
    failed: 'no daemon could be asked',
  },
  {
    name: 'health',
    options: [],
    takes: 'settings',
    summary: 'ask the running daemon whether it is ready, fast',
    text: [
      'For health checks of containers and other supervisors. Asks nothing but the daemon, prints one line and ends within 5 s.',
      'A daemon that stands by passes on the answer of the one that works, where both share the run directory.',
    ],
    examples: [
      ['health', 'is it ready?'],
      ['health --mounts-anchor /run/other/binfmt_misc', 'ask the daemon of another run directory'],
    ],
    well: 'the daemon is ready: every required platform is verified',
    failed: 'it is not, or does not answer; 3: none could be reached, or only root may ask',
  },
  {
    name: 'where',
    argument: {
      placeholder: 'NAME',
      many: true,
      values: 'names',
      help: 'entries, such as qemu-aarch64, or platforms, such as linux/arm64, whose entries are all shown',
    },
    options: [],
    takes: 'settings',
    summary: 'follow an entry to the file that it runs',
    text: [
      'Says of each entry who registered it, which file it names and which inode it pinned, and of that file its size, SHA-256, version and where it came from: what it was deployed from, or the package that it belongs to. What cannot be known is said. No program of others is run.',
      'For a platform the entries stand in the order in which the kernel asks them; the first one that is enabled serves.',
    ],
    examples: [
      ['where linux/arm64', 'what runs arm64 programs here, and what stands behind it?'],
      ['where qemu-aarch64', 'one entry, whoever registered it'],
      ['where linux/arm64 -o json', 'the same for programs'],
    ],
    well: 'each name was found, and each file is there',
    failed: 'there is no such entry, or the file of one is not there',
  },
  {
    name: 'store list',
    options: [],
    takes: 'settings',
    summary: 'show deployed interpreters and who uses them',
    text: [
      'One line for each interpreter in the store: platform, version, the entries and processes that use it, size, hash, inode and origin. Entries that pinned an older file of the same path are named as such.',
      'Where processes or entries are hidden, stderr says so.',
    ],
    examples: [
      ['store list', 'which versions are in use?'],
      ['store list -o json', 'with full hashes, inodes and process ids'],
    ],
    well: 'printed',
    failed: 'the store does not answer',
  },
  {
    name: 'store verify',
    options: [],
    takes: 'settings',
    summary: 'read every deployed interpreter again and say what is wrong',
    text: [
      'Hashes each file of the store and compares it with the manifest; finds changed content, missing and unlisted files, wrong mode, owner or SELinux label, what is no file at all, and a damaged manifest. Each finding has a code and a remedy. Nothing is changed.',
    ],
    examples: [
      ['store verify', 'is all as it was deployed?'],
      ['store verify -o json', 'the findings for programs'],
    ],
    well: 'nothing is wrong',
    failed: 'something is; the output says what and what to do',
  },
  {
    name: 'store gc',
    options: [{ flag: '--dry-run', short: null, help: 'remove nothing, say what would go' }],
    takes: 'settings',
    summary: 'remove interpreters that nobody uses',
    text: [
      'Removes files of the store that no entry names, no process runs, the keeper does not remember for this boot, no file of binfmt.d declares, and that were not deployed in the last three minutes. May be run beside a daemon. What was imported and is not registered yet goes too: install first.',
      'Where entries, or processes of the host, cannot be seen, it says so and removes nothing.',
    ],
    examples: [
      ['store gc --dry-run', 'what would go?'],
      ['store gc', 'remove it'],
    ],
    well: 'nothing is left that nobody uses',
    failed: 'it cannot be seen who uses the store, or something could not be removed',
  },
  {
    name: 'store export',
    options: [
      {
        flag: '--output',
        short: '-o',
        placeholder: 'FILE',
        help: 'the bundle; - is stdout',
      },
      {
        flag: '--keeper',
        short: null,
        placeholder: 'FILE,...',
        help: 'also take files of the keeper itself, with amd64 or arm64 in their names',
      },
      {
        flag: '--signature',
        short: null,
        placeholder: 'FILE',
        help: 'put in this signature of minisign over the list that --manifest-to wrote',
      },
      {
        flag: '--manifest-to',
        short: null,
        placeholder: 'FILE',
        help: 'write the list of checksums, to be signed; without -o nothing else',
      },
    ],
    takes: 'settings',
    summary: 'write interpreters into one file, for nodes without a network',
    text: [
      'The file is an OCI image layout in one tar: store import reads it, podman and containerd load it, and it can be pushed to a registry. It has the emulators of the platforms, their sizes, SHA-256, versions, packages, source packages and licences, and a bill of materials (SPDX). The same input gives the same bytes.',
      'Emulators are those of interpreters.sources, and of the store where no source has one.',
    ],
    examples: [
      ['store export --platforms linux/arm64,linux/riscv64 -o bundle.tar', 'two platforms'],
      ['store export --platforms all -o bundle.tar', 'everything that is here'],
      [
        'store export --manifest-to bundle.json --platforms linux/arm64',
        'the list; then sign it: minisign -S -m bundle.json',
      ],
      [
        'store export --platforms linux/arm64 --signature bundle.json.minisig -o bundle.tar',
        'and put the signature in',
      ],
    ],
    well: 'written',
    failed: 'an emulator was not found, or the file could not be written; nothing is left of it',
  },
  {
    name: 'store import',
    argument: {
      placeholder: 'BUNDLE',
      many: false,
      values: 'files',
      help: 'a file that store export wrote, gzip or zstd or plain; a directory with an OCI image layout; - reads stdin',
    },
    options: [{ flag: '--dry-run', short: null, help: 'verify everything, change nothing' }],
    takes: 'settings',
    summary: 'verify a bundle, then deploy its interpreters',
    text: [
      'Checks everything before it changes anything: checksums and sizes, the signature where interpreters.bundleKey is set, that each emulator is static, runs on this machine and is for the platform that it is said to be for, and that there is nothing else in it. Then all of it is deployed, or nothing.',
      'Deployed is not registered: install, or the running daemon at its next preparation, does that.',
    ],
    examples: [
      ['store import bundle.tar', 'verify and deploy'],
      ['store import --dry-run bundle.tar', 'would it be accepted?'],
      ['store import - <bundle.tar.gz', 'from a pipe'],
    ],
    well: 'all of it is deployed, or was already',
    failed: 'something is wrong with it, or the store cannot be written; the store is as it was',
  },
  {
    name: 'witness',
    argument: {
      ...platforms,
      help: 'such as linux/arm64; else what readiness.required or platforms say, or what the report of the keeper requires',
    },
    options: [
      {
        flag: '--every',
        short: null,
        placeholder: 'TIME',
        help: 'go on, and run them again so often, such as 60s; until SIGTERM',
      },
      {
        flag: '--report-to',
        short: null,
        placeholder: 'SOCKET',
        help: 'tell the keeper what was found: witness/witness.sock in its run directory',
      },
    ],
    takes: 'settings',
    summary: 'prove, without rights, that foreign programs run here',
    text: [
      'For ordinary containers and users: runs a tiny program of each platform with the rights that it has and prints one line for each. It needs neither root nor the instance, neither a store nor a file system that can be written, and asks no daemon.',
      'The exit status is that of a readiness probe. Privileged it proves nothing, so it refuses.',
    ],
    examples: [
      ['witness linux/arm64', 'does arm64 run here?'],
      ['witness -o json', 'the platforms of BINFMT_KEEPER_PLATFORMS or the configuration, for programs'],
      [
        'witness --every 60s --report-to /run/binfmt-keeper/witness/witness.sock linux/arm64',
        'tell the keeper each minute',
      ],
    ],
    well: 'every platform runs, under an emulator or by itself; or stopped by a signal, with --every',
    failed:
      'one does not; 3: nothing could be tried: no platforms are known, nothing can be executed anywhere, the process is privileged, or the keeper was not told',
  },
  {
    name: 'doctor',
    argument: {
      placeholder: 'CODE',
      many: false,
      values: codes,
      optional: true,
      help: 'explain this code in full, and look at nothing',
    },
    options: [
      {
        flag: '--fix',
        short: null,
        help: 'apply the remedies that are safe, after they were shown; asks on a terminal',
      },
      { flag: '--yes', short: '-y', help: 'with --fix: do not ask' },
    ],
    takes: 'settings',
    summary: 'check this host, container or node, and say what to do',
    text: [
      'Looks at the kernel, mounts and namespaces, at every entry and its interpreter, whoever registered it, at other programs that register, at store, labels and denials, and at what runs under emulation; then tells what is wrong, the gravest first: code, place, cause, and what to type. Nothing is changed without --fix.',
      'With a code it explains that one: what it means, the remedy, and where it is documented.',
    ],
    examples: [
      ['doctor', 'is anything wrong here?'],
      ['doctor shadowed', 'what does this code mean, and what helps?'],
      ['doctor --fix', 'show the remedies that are safe, and apply them'],
      ['doctor -o json', 'for programs'],
    ],
    well: 'nothing is wrong; notices alone do not count',
    failed: 'something is; 3: the instance could not be looked at, so nobody knows',
  },
  {
    name: 'ps',
    options: [
      {
        flag: '--watch',
        short: '-w',
        help: 'go on showing it, anew every two seconds; arrow keys and Page Down scroll, q or Ctrl-C ends',
      },
      {
        flag: '--advise',
        short: null,
        help: 'sum CPU time by container, and say what would be faster native or cross-compiled',
      },
    ],
    takes: 'settings',
    summary: 'list the processes that run under emulation',
    text: [
      'Lists the processes of the whole host, in whatever container, that an emulator runs: platform, emulator and its version, container and pod by the control group, CPU time, age, and the command line of the emulated program. Nothing is changed, no daemon is asked.',
      'BY says what tells: the store or an entry of this instance has the file that runs (/proc/PID/exe), it has the name of an emulator, the process has one mapped (transparent entries of Linux 7.3), or its command line says so, which anybody can write.',
    ],
    examples: [
      ['ps', 'what is emulated now?'],
      ['ps --watch', 'see it change'],
      ['ps --advise', 'what costs most, and what would be faster otherwise'],
      ['ps -o json', 'for programs'],
    ],
    well: 'listed, none included',
    failed: 'it could not be printed; 3: the processes of the host cannot be seen from here',
  },
  {
    name: 'enter',
    argument: {
      placeholder: 'COMMAND',
      many: true,
      values: 'command',
      help: 'what to run inside, behind --; a shell where nothing is said',
    },
    options: [
      {
        flag: '--pid',
        short: null,
        placeholder: 'PROCESS',
        help: 'enter the sandbox of that process; the newest of this user without it',
      },
    ],
    takes: 'nothing',
    summary: 'a shell, or one command, in a running sandbox',
    text: [
      'Enters the namespaces of a run --sandbox of the same user, from any terminal and in the same directory. There binfmt-keeper is on PATH, and status, health, probe and foreign programs work as on a host that the keeper serves.',
      'The command ends with the exit status of what it ran.',
    ],
    examples: [
      ['enter', 'a shell'],
      ['enter -- binfmt-keeper status', 'ask the daemon of the sandbox'],
      ['enter -- ./hello-arm64 --greet', 'run a foreign program there'],
    ],
    well: 'the command ended with 0',
    failed: 'no sandbox of this user runs; or the command itself ended with 1',
  },
  {
    name: 'config check',
    options: [
      { flag: '--offline', short: null, help: 'look at what is written alone, and not at this host' },
    ],
    takes: 'settings',
    summary: 'say what is wrong with the configuration, and with a start',
    text: [
      'Checks file, environment and flags, each whole. A fault is one line: file:line:column: key: what is wrong, what is allowed.',
      'Where there is none it goes the way of a start on this host up to its first write: handlers that would match programs of the host, interpreters that are missing or cannot serve, names that are taken, adopted entries that are not there, files of binfmt.d that cannot be read. Nothing is mounted, registered, written or locked. An ordinary user may ask too; what could not be seen is said.',
    ],
    examples: [
      ['config check', 'check what the daemon would use, and whether it would do here'],
      ['config check --config ./config.yaml', 'check a file before it is put in place'],
      [
        'config check --config ./config.yaml --offline',
        'the same on a machine that it is not for, as in a pipeline',
      ],
      ['config check -o json', 'what a start would tell, for programs'],
    ],
    well: 'it is valid, and a start here would tell of no error',
    failed: 'it is valid, but a start here would tell of an error',
  },
  {
    name: 'config show',
    options: [],
    takes: 'settings',
    summary: 'print what is in effect and where each value comes from',
    text: [
      'With -o yaml it is a configuration file that yields the same, with -o json the configuration and the origin of each value.',
    ],
    examples: [
      ['config show', 'every setting, its value and its origin'],
      ['config show -o yaml >config.yaml', 'as a file'],
    ],
    well: 'it is valid',
  },
  {
    name: 'config schema',
    options: [],
    takes: 'settings',
    summary: 'print the JSON Schema of the configuration file',
    text: [
      'For editors: with "# yaml-language-server: $schema=FILE" in the first line of the configuration they complete its keys and mark its faults.',
    ],
    examples: [
      ['config schema >config.schema.json', 'write it to a file'],
      ['config schema | jq .properties.precedence', 'look at one setting'],
    ],
    well: 'printed',
  },
  {
    name: 'import',
    argument: {
      placeholder: 'FILE',
      many: true,
      values: 'files',
      help: 'what has the registrations, several if need be; - reads stdin',
    },
    options: [],
    takes: 'nothing',
    summary: 'turn registrations of other tools into handlers of the configuration',
    text: [
      'Reads registration lines, files of binfmt.d, entries as the kernel shows them, files of binfmt-support (/usr/share/binfmts) and what update-binfmts --display prints, also mixed, and prints them as the handlers: block of a configuration file. Nothing is registered or changed.',
      'What cannot be carried over stands there as a comment with its reason, and on stderr.',
    ],
    examples: [
      ['import /usr/lib/binfmt.d/wine.conf', 'a file of a package'],
      ['import /proc/sys/fs/binfmt_misc/jar', 'an entry that is registered now'],
      [
        'import /usr/share/binfmts/jar >>/etc/binfmt-keeper/config.yaml',
        'a format of binfmt-support, into a file without handlers',
      ],
      ["import - <<<':jar:E::jar::/usr/bin/jexec:'", 'a line'],
    ],
    well: 'all of it was carried over',
    failed: 'something was not, or a file could not be read; stderr and the comments say what',
  },
  {
    name: 'emit',
    argument: {
      placeholder: 'SYSTEM',
      many: false,
      values: ['systemd', 'bottlerocket'],
      help: 'what to print it for: systemd, bottlerocket',
    },
    options: [
      {
        flag: '--to',
        short: null,
        placeholder: 'DIRECTORY',
        help: 'write the files there instead of printing them',
      },
    ],
    takes: 'settings',
    summary: 'print configuration for other systems',
    text: [
      'For systemd: a service that runs this very program with the settings in effect, and the anchor as a mount unit of its own. Settings of the configuration file stay there; those given as flags or in the environment are written into the unit.',
      'For bottlerocket: settings of a node, TOML, with the keeper as a host container and as a bootstrap container; all settings in effect are their user data.',
    ],
    examples: [
      ['emit systemd', 'look at the units'],
      ['emit systemd --to /etc/systemd/system', 'install them; then: systemctl enable --now binfmt-keeper'],
      ['emit bottlerocket --platforms linux/arm64', 'settings for the user data of a node'],
    ],
    well: 'printed or written',
    failed: 'a file could not be written',
  },
  {
    name: 'completion',
    argument: {
      placeholder: 'SHELL',
      many: false,
      values: ['bash', 'zsh', 'fish'],
      help: 'bash, zsh or fish',
    },
    options: [],
    takes: 'nothing',
    summary: 'print a script that completes commands, options and platforms',
    text: ['The script needs nothing else: it asks neither the keeper nor the host.'],
    examples: [
      ['completion bash >/etc/bash_completion.d/binfmt-keeper', 'for bash, for everybody'],
      ['completion zsh >~/.zsh/_binfmt-keeper', 'for zsh, where ~/.zsh is a directory of $fpath'],
      ['completion fish >~/.config/fish/completions/binfmt-keeper.fish', 'for fish'],
    ],
    well: 'printed',
  },
] as const satisfies readonly Command[];

/** The words of a command. */
export type CommandName = (typeof rows)[number]['name'];

/** The one table of commands: what is read from the command line and what is said about it derive from it. */
export const commands: readonly (Command & { readonly name: CommandName })[] = rows;

/** First words of commands that have subcommands. */
export const groups: Readonly<Record<string, string>> = {
  config: 'look at the configuration',
  store: 'look after deployed interpreters',
};

/** Spellings of older tools, so that a pipeline needs only another image name. */
export const dropIns: readonly (readonly [line: string, does: string])[] = [
  ['--install all', 'register as qemu-*, verify, print JSON; also a list: arm64,riscv64'],
  ["--uninstall 'qemu-*'", 'remove matching entries, whoever made them; also a list'],
  ['--reset -p yes', 'remove all qemu-* entries, then register with the F flag'],
  ['--version', 'print the version'],
];

/** What signals do to the daemon. */
export const signals: readonly (readonly [names: string, does: string])[] = [
  ['SIGTERM, SIGINT', 'end; entries stay or go as onStop says'],
  ['SIGHUP', 'read the configuration again; an invalid one is refused and the old one stays in force'],
];
