/** How much a problem matters: emulation is lost or refused, is at risk, or merely worth knowing. */
type Severity = 'error' | 'warning' | 'notice';

/** What is known about a kind of problem beforehand. */
export interface ProblemKind {
  readonly title: string;
  readonly severity: Severity;
  /**
   * What to type, between backquotes, where something can be typed; words in capitals stand for the problem's own values. `typed`
   * in core/text/typed.ts makes it fit for where it is read.
   */
  readonly remedy: string;
  /** Which of those words its subject is; none where the subject is no such value. */
  readonly about?: string;
  /** Causes whose presence explains this one: while one of them holds for the host, this one is not shown. */
  readonly dependsOn?: readonly ProblemCode[];
}

/** A coded condition that holds now. Absence means healthy. */
export interface Problem {
  readonly code: ProblemCode;
  /** What it is about: a platform, an entry's name, a path. */
  readonly subject: string;
  /** What was expected and what was found, in one sentence. */
  readonly detail: string;
  /** What words in capitals of its remedy stand for beside the subject, as byte strings. */
  readonly values?: Readonly<Record<string, string>> | undefined;
}

export type ProblemCode =
  | 'no-kernel-support'
  | 'no-permission'
  | 'sandbox-unavailable'
  | 'instance-missing'
  | 'locked-by-another'
  | 'lock-contested'
  | 'lock-unavailable'
  | 'foreign-namespace'
  | 'emulated-host'
  | 'main-missing'
  | 'main-covered'
  | 'main-autofs-unreachable'
  | 'anchor-missing'
  | 'anchor-covered'
  | 'instances-differ'
  | 'anchor-not-shared'
  | 'not-lasting'
  | 'read-only'
  | 'hung-path'
  | 'partial-view'
  | 'no-inotify'
  | 'no-ffi'
  | 'supervisor-unreachable'
  | 'status-zero'
  | 'handler-refused'
  | 'register-failed'
  | 'name-taken'
  | 'adopted-missing'
  | 'kept-without-interpreter'
  | 'declared-differs'
  | 'binfmt-d-invalid'
  | 'binfmt-d-unpublished'
  | 'shadowed'
  | 'entry-hidden'
  | 'entry-covered'
  | 'entry-overlapped'
  | 'entry-in-front'
  | 'dangerous-entry'
  | 'native-taken'
  | 'older-foreign'
  | 'untrusted-interpreter'
  | 'probe-privileged'
  | 'heal-storm'
  | 'canary-failed'
  | 'canary-undecided'
  | 'stale-interpreter'
  | 'entry-interpreter-missing'
  | 'entry-interpreter-mode'
  | 'entry-interpreter-noexec'
  | 'entry-interpreter-machine'
  | 'entry-interpreter-emulated'
  | 'entry-interpreter-loop'
  | 'entry-interpreter-hung'
  | 'entry-not-renewable'
  | 'interpreter-missing'
  | 'interpreter-untrusted'
  | 'interpreter-not-static'
  | 'interpreter-machine'
  | 'interpreter-not-elf'
  | 'interpreter-noexec'
  | 'interpreter-mode'
  | 'interpreter-elsewhere'
  | 'interpreter-label'
  | 'not-proven-for-containers'
  | 'witness-failed'
  | 'witness-missing'
  | 'witness-unavailable'
  | 'source-missing'
  | 'not-registered'
  | 'preparation-failed'
  | 'store-full'
  | 'store-read-only'
  | 'store-denied'
  | 'store-corrupt'
  | 'store-elsewhere'
  | 'store-file-missing'
  | 'store-file-differs'
  | 'store-file-unreadable'
  | 'store-file-mode'
  | 'store-file-owner'
  | 'store-file-label'
  | 'store-file-kind'
  | 'store-file-unlisted'
  | 'store-file-unknown'
  | 'store-manifest-damaged'
  | 'store-users-unknown'
  | 'bundle-invalid'
  | 'bundle-unfit'
  | 'bundle-unsigned'
  | 'probe-unwritable'
  | 'probe-not-registered'
  | 'probe-interpreter-missing'
  | 'probe-permission'
  | 'probe-killed'
  | 'probe-hung'
  | 'probe-wrong-interpreter'
  | 'probe-wrong-answer'
  | 'probe-undecided'
  | 'check-failed'
  | 'check-hung'
  | 'check-untrusted'
  | 'config-invalid'
  | 'restart-needed'
  | 'state-unreadable'
  | 'state-unwritable'
  | 'log-dropped'
  | 'too-few-descriptors'
  | 'paused'
  | 'run-directory-untrusted'
  | 'control-unavailable'
  | 'textfile-unwritable'
  | 'http-unavailable'
  | 'http-taken'
  | 'http-exposed'
  | 'kernel-lacks-flag'
  | 'automount-untriggered'
  | 'no-host-mount'
  | 'status-guarded'
  | 'private-instance'
  | 'registrar-flushes'
  | 'registrar-present'
  | 'rosetta-auxv'
  | 'entry-interpreter-dynamic'
  | 'label-denied'
  | 'native-narrow'
  | 'shutdown-held'
  | 'filtered'
  | 'user-namespaces-restricted'
  | 'compilers-emulated'
  | 'entry-off'
  | 'entry-duplicate';

/** There is no emulator of a platform that could serve: none at all, or what lies there is none. */
export const lacksEmulator: ReadonlySet<string> = new Set<ProblemCode>([
  'source-missing',
  'interpreter-not-static',
  'interpreter-not-elf',
  'interpreter-machine',
]);

/** All kinds of problems: the same codes in logs, status, metrics and docs/problems.md. */
export const problemCatalogue: Readonly<Record<ProblemCode, ProblemKind>> = {
  'no-kernel-support': {
    title: 'This kernel has no binfmt_misc',
    severity: 'error',
    remedy:
      'Load the module: `modprobe binfmt_misc`. Where it says "not found", the kernel was built without CONFIG_BINFMT_MISC: install another kernel.',
  },
  'no-permission': {
    title: 'Not allowed to use binfmt_misc',
    severity: 'error',
    remedy:
      'Run as root of the host: in a privileged container (podman run --privileged as root, or securityContext.privileged: true), or by systemd. In a sandbox, with an instance of its own, it needs no root: `{keeper} run --sandbox`.',
  },
  'sandbox-unavailable': {
    title: 'No sandbox can be made here',
    severity: 'error',
    remedy:
      'It needs Linux 6.7 or later, unshare(1) (`apt-get install util-linux`), and user namespaces for whoever runs it: `sysctl -w user.max_user_namespaces=10000`; on Debian also `sysctl -w kernel.unprivileged_userns_clone=1`, on Ubuntu `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`. In a container: podman run --privileged. Nothing was done on the host.',
  },
  'instance-missing': {
    title: 'No binfmt_misc instance can be reached',
    severity: 'error',
    remedy:
      'Mount it: `mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc`. In a container, allow mounting (--privileged).',
    dependsOn: ['no-kernel-support', 'no-permission'],
  },
  'locked-by-another': {
    title: 'Another keeper serves this instance',
    severity: 'warning',
    remedy:
      'Nothing, if two are meant to run: this one stands by and takes over. Otherwise stop one of them[host: : `systemctl stop binfmt-keeper`, or `kubectl delete daemonset binfmt-keeper`].',
  },
  'lock-contested': {
    title: 'Somebody holds the lock of older keepers',
    severity: 'warning',
    remedy:
      'The keeper serves all the same. See who it is: `lslocks -o PID,COMMAND,PATH`, or `fuser -v /proc/sys/fs/binfmt_misc`. A keeper of version 0.1.0 in a container of its own: stop it, or both work against each other. Anything else: end it[PID: , `kill PID`].',
  },
  'lock-unavailable': {
    title: 'The lock of the instance cannot be taken',
    severity: 'error',
    remedy:
      'Use a build with the native module for this architecture, and `unset BINFMT_KEEPER_NO_FFI`; or install flock(1), which is part of util-linux: `apt-get install util-linux`.',
  },
  'foreign-namespace': {
    title: 'Not in the initial user namespace',
    severity: 'warning',
    remedy:
      'Entries made here are seen in this user namespace only. For the whole host, run without user namespaces: podman run --userns=host --privileged as root, or hostUsers: true in the pod. To try it where it is: `{keeper} run --sandbox`.',
  },
  'emulated-host': {
    title: 'The keeper itself is being emulated',
    severity: 'error',
    remedy:
      'Use the image of the host architecture: compare `uname -m` on the host with podman image inspect --format {{.Architecture}} IMAGE, then pull with --platform.',
  },
  'main-missing': {
    title: 'The main mount is missing',
    severity: 'warning',
    about: 'MAIN',
    remedy:
      'Emulation goes on by the anchor. Mount it: `mount -t binfmt_misc binfmt_misc {MAIN=/proc/sys/fs/binfmt_misc}`. Where it does not stay, find who unmounts it. [host: Under systemd: `journalctl -b -u proc-sys-fs-binfmt_misc.mount`.]',
    dependsOn: ['no-kernel-support', 'no-permission'],
  },
  'main-covered': {
    title: 'Something is mounted over the main mount',
    severity: 'warning',
    about: 'MAIN',
    remedy:
      'See what it is: `findmnt {MAIN=/proc/sys/fs/binfmt_misc}`. Then take the upper mount away: `umount {MAIN=/proc/sys/fs/binfmt_misc}`.',
  },
  'main-autofs-unreachable': {
    title: 'The automount of the main mount cannot be triggered from here',
    severity: 'warning',
    remedy:
      'Trigger it on the host: `ls /proc/sys/fs/binfmt_misc/`. In a pod, mount the host directory with mountPropagation: HostToContainer.',
  },
  'anchor-missing': {
    title: 'The anchor is not mounted',
    severity: 'error',
    remedy:
      '[host: On a systemd host: `systemctl start "run-binfmt\\x2dkeeper-binfmt_misc.mount"`.] Allow the daemon to mount (--privileged) and look in its log for the reason.',
    dependsOn: ['no-kernel-support', 'no-permission', 'instance-missing'],
  },
  'anchor-covered': {
    title: 'Something is mounted over the anchor',
    severity: 'warning',
    about: 'ANCHOR',
    remedy:
      'See what it is: `findmnt {ANCHOR=/run/binfmt-keeper/binfmt_misc}`. Then take the upper mount away: `umount {ANCHOR=/run/binfmt-keeper/binfmt_misc}`.',
  },
  'instances-differ': {
    title: 'Main mount and anchor show different instances',
    severity: 'warning',
    remedy:
      'See both: `findmnt -t binfmt_misc -o TARGET,MAJ:MIN`. In a container with user namespaces, give it a run directory of its own: do not mount that of the host into it.',
  },
  'anchor-not-shared': {
    title: 'The anchor does not outlive this process',
    severity: 'warning',
    remedy:
      'Share the run directory with the host: -v {RUN=/run/binfmt-keeper}:{RUN=/run/binfmt-keeper}:rshared, or in a pod a hostPath volume with mountPropagation: Bidirectional. Where that is so already, the host does not share its /run: on the host, type `mount --make-shared "$(findmnt -fno TARGET -T {RUN=/run/binfmt-keeper})"`, then start the container again.',
    dependsOn: ['anchor-missing'],
  },
  'not-lasting': {
    title: 'The entries do not outlive this process',
    severity: 'error',
    remedy:
      'Share the run directory with the host: -v {RUN=/run/binfmt-keeper}:{RUN=/run/binfmt-keeper}:rshared, or in a pod a hostPath volume with mountPropagation: Bidirectional. Where that is so already, on the host: `mount --make-shared "$(findmnt -fno TARGET -T {RUN=/run/binfmt-keeper})"`. Or mount binfmt_misc on the host first: `ls /proc/sys/fs/binfmt_misc/` or `mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc`.',
  },
  'read-only': {
    title: 'binfmt_misc is mounted read-only',
    severity: 'error',
    about: 'MAIN',
    remedy:
      'Make it writable: `mount -o remount,rw {MAIN=/proc/sys/fs/binfmt_misc}`. In a container, run it with --privileged.',
  },
  'hung-path': {
    title: 'A path does not answer',
    severity: 'warning',
    remedy:
      'A file system stands still. See which: `findmnt -T PATH`. Then restore its server, or detach it: `umount -l {MOUNTPOINT=MOUNTPOINT}`.',
  },
  'partial-view': {
    title: 'Not everything could be read',
    severity: 'warning',
    remedy:
      'See which entries fail: `grep -rs . /proc/sys/fs/binfmt_misc`. In a container, run it with --privileged and --pid=host so that the host can be seen.',
  },
  'no-inotify': {
    title: 'Changes are found by looking every second',
    severity: 'warning',
    remedy:
      'Raise the limit: `sysctl -w fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288`, in a user namespace `sysctl -w user.max_inotify_instances=1024 user.max_inotify_watches=524288`; and keep it in /etc/sysctl.d/.',
  },
  'no-ffi': {
    title: 'System calls go through helper programs',
    severity: 'notice',
    remedy:
      'Works, only slower. Use a build with the native module for this architecture, and `unset BINFMT_KEEPER_NO_FFI`.',
  },
  'supervisor-unreachable': {
    title: 'The supervisor does not hear the keeper',
    severity: 'warning',
    remedy:
      'Under systemd: NotifyAccess=main, or NotifyAccess=all where the native module is missing (then systemd-notify speaks for the keeper). In a container: --sdnotify=container.',
  },
  'status-zero': {
    title: 'Somebody switched all entries off',
    severity: 'error',
    remedy:
      'Switch them on: `echo 1 >/proc/sys/fs/binfmt_misc/status`. To have it done by itself: {set onStatusZero heal}.',
  },
  'handler-refused': {
    title: 'A handler is refused because it is dangerous',
    severity: 'error',
    remedy:
      'The detail says what would be accepted. Write that in /etc/binfmt-keeper/config.yaml; then check: `{keeper} config check`.',
  },
  'register-failed': {
    title: 'The kernel refused an entry',
    severity: 'error',
    remedy:
      'See the kernel log: `dmesg | tail`, and for SELinux: `ausearch -m avc -ts recent`. Then look at the host: `{keeper} status`.',
    dependsOn: ['no-permission', 'read-only', 'interpreter-missing', 'interpreter-noexec'],
  },
  'name-taken': {
    title: 'An entry of somebody else has the name of ours',
    severity: 'error',
    about: 'NAME',
    remedy:
      'See it: `cat /proc/sys/fs/binfmt_misc/NAME`. Remove it: {remove NAME}, and ours comes within seconds. [PREFIX: Or use another prefix: {set names PREFIX}.] [OWN: Or give the handler another name: name: OWN in /etc/binfmt-keeper/config.yaml.]',
  },
  'adopted-missing': {
    title: 'An adopted entry is not there and never was',
    severity: 'warning',
    remedy:
      'Nothing, if its owner registers it later: it is kept from then on. Otherwise correct the name (`ls /proc/sys/fs/binfmt_misc`) or take it out of adopt:.',
  },
  'kept-without-interpreter': {
    title: 'The interpreter of a kept entry is gone',
    severity: 'warning',
    remedy:
      'The entry is not registered again while its file is missing. Install it again; or stop keeping the entry: take it out of adopt:, or mask its file in /etc/binfmt.d[MASK: : `ln -s /dev/null MASK`].',
  },
  'declared-differs': {
    title: 'An entry is not what its binfmt.d file declares',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'It is left alone, for somebody else registered it. Make it what the file says: {remove NAME}, and it comes within seconds; or: `systemctl restart systemd-binfmt`.',
  },
  'binfmt-d-invalid': {
    title: 'A line of a binfmt.d file cannot be obeyed',
    severity: 'warning',
    remedy:
      'Correct the line; the file is read again by itself. A file of a package is best replaced by one of the same name in /etc/binfmt.d[MASK: ; to do without it: `ln -s /dev/null MASK`].',
  },
  'binfmt-d-unpublished': {
    title: "A handler is not published to systemd's binfmt.d",
    severity: 'warning',
    remedy:
      'Entries are kept all the same, but systemd-binfmt does not register them. See who has the file: `ls -l /run/binfmt.d`; then remove or rename it. In a container: -v /run/binfmt.d:/run/binfmt.d, and the store on the host. To do without: {set publish.binfmtD false}.',
  },
  shadowed: {
    title: 'An entry of somebody else stands in front of ours',
    severity: 'error',
    remedy: 'Keep ours in front: {set precedence ours}. Or remove the other one: {remove NAME}.',
  },
  'entry-hidden': {
    title: 'An entry is never reached',
    severity: 'warning',
    remedy:
      'The newest entry that fits is taken. Remove the one in front: {remove NAME}; or register this one anew, so that it is the newest.',
  },
  'entry-covered': {
    title: 'The keeper serves in place of an entry',
    severity: 'notice',
    remedy:
      'Nothing, if ours is to serve. To let the other one serve, take ours away: `{keeper} uninstall PLATFORM`.',
  },
  'entry-overlapped': {
    title: 'Another entry takes some files of an entry',
    severity: 'notice',
    remedy:
      'Nothing, if they are meant for it. Otherwise remove the one in front: {remove NAME}; or register this one anew, so that it is the newest.',
  },
  'entry-in-front': {
    title: 'An entry takes files of another one',
    severity: 'notice',
    about: 'NAME',
    remedy:
      'Nothing, if they are meant for it. Otherwise remove it: {remove NAME}; or register the other one anew, so that it is the newest.',
  },
  'dangerous-entry': {
    title: 'An entry stops programs of this host',
    severity: 'error',
    about: 'NAME',
    remedy:
      'Nothing can be started until it is gone, so type this line of builtins into a root shell that is open already: {remove NAME}. Then find who registers it. To have it removed by itself: {set onDanger remove}.',
  },
  'native-taken': {
    title: 'An entry takes files that this host runs by itself',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'They run by its interpreter, slower and maybe not at all. See it: `cat /proc/sys/fs/binfmt_misc/NAME`. Remove it: {remove NAME}, and with its package or tool, lest it comes back.',
  },
  'older-foreign': {
    title: 'Somebody else serves with an older interpreter than ours',
    severity: 'notice',
    remedy:
      'Use ours: {set precedence ours}. Or upgrade the other one: its path is in /proc/sys/fs/binfmt_misc/NAME.',
  },
  'untrusted-interpreter': {
    title: "Somebody else's handler runs a file that others could change",
    severity: 'warning',
    about: 'NAME',
    remedy:
      "It is never run as root, nor adopted, nor preferred to ours. See the whole way to its file: `namei -l FILE`. Then make it root's: `chown root:root FILE && chmod 0755 FILE`, and register it anew; or remove it: {remove NAME}. Where the detail says that capabilities are missing, let probes run as another user: systemctl edit binfmt-keeper, with [Service], CapabilityBoundingSet=CAP_SETUID CAP_SETGID and SystemCallFilter=@setuid setfsuid setfsgid.",
  },
  'probe-privileged': {
    title: 'Probes keep rights that they do not need',
    severity: 'notice',
    remedy:
      'Install setpriv: `apt-get install util-linux` (`dnf install util-linux-core`, `apk add setpriv`).',
  },
  'heal-storm': {
    title: 'Something keeps destroying a handler',
    severity: 'warning',
    remedy:
      'Find who writes: `fatrace --current-mount` in /proc/sys/fs/binfmt_misc, or `auditctl -w /proc/sys/fs/binfmt_misc -p w`; then stop it. Until then the handler is healed at most ten times a second.',
  },
  'canary-failed': {
    title: 'Programs of the host stopped running after a registration, which was undone',
    severity: 'error',
    remedy:
      'Take the handler out of handlers: in /etc/binfmt-keeper/config.yaml and report it as a bug, with the output of: `{keeper} config show -o json`.',
  },
  'canary-undecided': {
    title: 'It is not proven yet that programs of the host run beside a new entry',
    severity: 'warning',
    remedy:
      'Tried again by itself, at least once a minute. Where it lasts, the host has no room for one more process (`ulimit -u`, pids.max, memory), or something kills them: `dmesg | tail`.',
    dependsOn: ['dangerous-entry'],
  },
  'stale-interpreter': {
    title: 'An entry holds an older interpreter than the one on disk',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'Ours and those that we keep are registered anew by themselves, once the new file can serve: the detail says what it lacks. An entry of somebody else is left alone; have it registered anew: `systemctl restart systemd-binfmt`, or `update-binfmts --enable`. Or let the keeper do that from now on: {set adopt [NAME]}.',
  },
  'entry-interpreter-missing': {
    title: 'The interpreter of an entry is not there',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'The detail says what is missing. Put it back. On Debian: `apt-get install --reinstall "$(dpkg -S FILE | cut -d: -f1)"`; with rpm: `dnf reinstall "$(rpm -qf FILE)"`. Or remove the entry: {remove NAME}.',
  },
  'entry-interpreter-mode': {
    title: 'The interpreter of an entry may not be executed',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'Allow it: `chmod +x FILE`; what is no regular file is replaced by one. Or remove the entry: {remove NAME}.',
  },
  'entry-interpreter-noexec': {
    title: 'The interpreter of an entry lies on a mount without execution',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'Allow it there: `mount -o remount,exec MOUNTPOINT`; and in /etc/fstab, or it returns. Or remove the entry: {remove NAME}.',
  },
  'entry-interpreter-machine': {
    title: 'The interpreter of an entry is no program of this machine',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'See what it is, and what this machine is: `file FILE`; `uname -m`. Then put the right one in its place. On Debian: `apt-get install --reinstall "$(dpkg -S FILE | cut -d: -f1)"`; with rpm: `dnf reinstall "$(rpm -qf FILE)"`. Or remove the entry: {remove NAME}.',
  },
  'entry-interpreter-loop': {
    title: 'The interpreter of an entry would be run by that entry again',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'Each exec ends with ELOOP, "Too many levels of symbolic links". See who takes whose files: `{keeper} status`. Then remove the entry that takes the interpreter: {remove NAME}. Or give it an interpreter that no entry matches.',
    dependsOn: ['dangerous-entry'],
  },
  'entry-interpreter-emulated': {
    title: 'The interpreter of an entry is itself run by another entry',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'It works, slowly, as long as that other entry does. Better install the interpreter of this machine in its place: `file FILE`; `uname -m`. Or remove the entry: {remove NAME}.',
  },
  'entry-interpreter-hung': {
    title: 'The interpreter of an entry lies where nothing answers',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'Programs that it should run hang as well. See which file system stands still: `findmnt -T FILE`. Then restore its server, or detach it: `umount -l MOUNTPOINT`. Or remove the entry: {remove NAME}.',
  },
  'entry-not-renewable': {
    title: 'An entry runs on by a file that could not be registered again',
    severity: 'warning',
    about: 'NAME',
    remedy:
      'Nothing fails as long as the entry stays; after a loss or a restart of the host it does. The detail says what is wrong with its file: put it right, or install it again. On Debian: `apt-get install --reinstall "$(dpkg -S FILE | cut -d: -f1)"`; with rpm: `dnf reinstall "$(rpm -qf FILE)"`. Or remove the entry: {remove NAME}.',
  },
  'interpreter-missing': {
    title: 'The interpreter file does not exist',
    severity: 'error',
    remedy:
      '[PLATFORM: Deploy it again: `{keeper} install PLATFORM`.] [NAME: Put it there, or correct the interpreter: of the handler NAME in /etc/binfmt-keeper/config.yaml.]',
    dependsOn: ['source-missing', 'store-full', 'store-read-only', 'store-denied'],
  },
  'interpreter-untrusted': {
    title: 'The interpreter is not the file it should be, or others may write to it',
    severity: 'error',
    remedy:
      'See owner and mode of the whole path: `namei -l FILE`. Then: `chown root:root FILE && chmod go-w FILE`, its directories as well. [PLATFORM: Where its content differs, remove it and deploy it again: `rm FILE && {keeper} install PLATFORM`.]',
  },
  'interpreter-not-static': {
    title: 'The interpreter needs shared libraries',
    severity: 'error',
    remedy:
      'With the F flag an interpreter like that fails in every container: it finds no loader there. [PLATFORM: Install the static one: `apt-get install --no-install-recommends qemu-user-static` (`dnf install qemu-user-static`).] [NAME: Correct the interpreter: of the handler NAME in /etc/binfmt-keeper/config.yaml, or leave F out of its flags:, if it is for programs of the host alone.] Check with: `file FILE`.',
  },
  'interpreter-machine': {
    title: 'The interpreter is a program of another machine',
    severity: 'error',
    remedy:
      'This machine needs one that is built for it: compare `file FILE` with `uname -m`. [PLATFORM: Install the static one: `apt-get install --no-install-recommends qemu-user-static` (`dnf install qemu-user-static`).] [NAME: Correct the interpreter: of the handler NAME in /etc/binfmt-keeper/config.yaml: the program it names must be one of this machine.]',
  },
  'interpreter-not-elf': {
    title: 'The interpreter is no program',
    severity: 'error',
    remedy:
      'See what it is: `file FILE`. The kernel opens it when the entry is made, for the F flag, and then it must be a program itself, no script. [PLATFORM: Install the static one: `apt-get install --no-install-recommends qemu-user-static` (`dnf install qemu-user-static`).] [NAME: Correct the interpreter: of the handler NAME in /etc/binfmt-keeper/config.yaml, or leave F out of its flags:, if it is a script.]',
  },
  'interpreter-noexec': {
    title: 'The interpreter lies on a file system without execution',
    severity: 'error',
    remedy:
      'Allow it there: `mount -o remount,exec MOUNTPOINT`, and in /etc/fstab, or it returns. [PLATFORM: Or choose another place, such as /var/lib/binfmt-keeper/store on a volume of the host: {set interpreters.store DIRECTORY}.]',
  },
  'interpreter-mode': {
    title: 'The interpreter may not be executed',
    severity: 'error',
    remedy: 'Allow it: `chmod +x FILE`.',
  },
  'interpreter-elsewhere': {
    title: 'The interpreter is another file on the host',
    severity: 'error',
    remedy:
      'Give the container the file of the host at the same path (a volume of its directory, read-only), or install the interpreter there. [PLATFORM: Platforms need none of this with: {set interpreters.deploy copy}.]',
  },
  'interpreter-label': {
    title: 'SELinux keeps containers from executing an interpreter',
    severity: 'error',
    remedy:
      'Foreign programs end in a silent SIGSEGV there. In a container give the store a directory of the host: -v /var/lib/binfmt-keeper:/var/lib/binfmt-keeper; in a pod a hostPath volume below /var, /opt or /mnt and seLinuxOptions: {level: s0}. [relabel: On the host: `chcon -u system_u -t container_ro_file_t -l s0 FILE`; for good: `semodule -i selinux/binfmt_keeper.cil && restorecon -RF /var/lib/binfmt-keeper`.]',
  },
  'not-proven-for-containers': {
    title: 'Nobody can tell whether ordinary containers may execute an interpreter',
    severity: 'warning',
    remedy:
      'Try it from an ordinary container: run a program of that platform there; where it ends with SIGSEGV (139), they may not. Put the store where they may: a directory of the host below /var/lib/binfmt-keeper, in a pod a hostPath volume. Where it is meant for programs of the host alone: {set readiness.containers ignore}.',
  },
  'witness-failed': {
    title: 'A witness could not run a platform that we can',
    severity: 'error',
    about: 'PLATFORM',
    remedy:
      'Ordinary containers cannot run it either. The detail says how it failed there; SIGSEGV (139) without a word is the SELinux label of the interpreter[FILE: : `ls -Z FILE`]. Then try it in such a container: `binfmt-keeper witness PLATFORM`. A witness that is wrong is stopped, and forgotten after readiness.witnessAge.',
  },
  'witness-missing': {
    title: 'No witness has seen a platform run',
    severity: 'error',
    about: 'PLATFORM',
    remedy:
      'It is asked for by readiness.witness: required. Run one in an ordinary container that has the directory witness below the run directory as a volume: `binfmt-keeper witness --every 60s --report-to {RUN=/run/binfmt-keeper}/witness/witness.sock PLATFORM`. Its user needs readiness.witnessOwner. Or do without: {set readiness.witness if-present}.',
  },
  'witness-unavailable': {
    title: 'No witness can report',
    severity: 'warning',
    about: 'RUN',
    remedy:
      'The detail says why there is no socket for them; it is tried again by itself. See: `ls -la {RUN=/run/binfmt-keeper}/witness`.',
    dependsOn: ['run-directory-untrusted'],
  },
  'source-missing': {
    title: 'No emulator was found for a platform',
    severity: 'error',
    remedy:
      'Install them: `apt-get install --no-install-recommends qemu-user-static` (`dnf install qemu-user-static`). Or say where they are: {set interpreters.sources [DIRECTORY]}.',
  },
  'not-registered': {
    title: 'Nothing runs the programs of a platform',
    severity: 'notice',
    about: 'PLATFORM',
    remedy: 'Register it: `{keeper} install PLATFORM`. To have it kept: `{keeper} run`.',
  },
  'preparation-failed': {
    title: 'An interpreter could not be made ready',
    severity: 'error',
    remedy:
      'It is tried again by itself, at least twice a minute, and what is registered goes on meanwhile. The detail says what failed; for descriptors: `ulimit -n`, for the disk: `dmesg | grep -i error`.',
  },
  'store-full': {
    title: 'No space left for interpreters',
    severity: 'error',
    remedy:
      'See the space: `df -h {STORE=/var/lib/binfmt-keeper/store}`. Then free some, keep fewer platforms ({set platforms [linux/arm64]}), or use files in place: {set interpreters.deploy in-place}.',
  },
  'store-read-only': {
    title: 'The store lies on a read-only file system',
    severity: 'error',
    remedy:
      'Make it writable: `mount -o remount,rw "$(findmnt -fno TARGET -T {STORE=/var/lib/binfmt-keeper/store})"`. Or choose a writable place: {set interpreters.store DIRECTORY}. Or use files in place: {set interpreters.deploy in-place}.',
  },
  'store-denied': {
    title: 'The store cannot be written',
    severity: 'error',
    remedy:
      'See owner and mode: `namei -l {STORE=/var/lib/binfmt-keeper/store}`, and for SELinux: `ausearch -m avc -ts recent`. Choose another place: {set interpreters.store DIRECTORY}.',
  },
  'store-corrupt': {
    title: 'A file in the store is not what its manifest says',
    severity: 'warning',
    remedy:
      'It was set aside and deployed anew. If it returns, test the disk: `dmesg | grep -i error`; then empty the store: `rm -r {STORE=/var/lib/binfmt-keeper/store}`, and {restart}.',
  },
  'store-elsewhere': {
    title: 'The store is not on the host',
    severity: 'notice',
    remedy:
      'Works, but the entries hold the file system of this container, and their paths lead nowhere on the host. To have them there: -v /var/lib/binfmt-keeper:/var/lib/binfmt-keeper, or a hostPath volume.',
  },
  'store-file-missing': {
    title: 'An interpreter is missing from the store',
    severity: 'error',
    remedy:
      'Deploy it again: `{keeper} install PLATFORM`, or on a node without sources `{keeper} store import BUNDLE`. Entries that pinned it go on serving.',
  },
  'store-file-differs': {
    title: 'An interpreter in the store has other content than it had when it was deployed',
    severity: 'error',
    remedy:
      'Replace it: `rm FILE && {keeper} install PLATFORM`, or on a node without sources `{keeper} store import BUNDLE`. If it returns, test the disk: `dmesg | grep -i error`.',
  },
  'store-file-unreadable': {
    title: 'An interpreter in the store cannot be read',
    severity: 'error',
    remedy: 'Look at it as root: `namei -l FILE`. For EIO test the disk: `dmesg | grep -i error`.',
  },
  'store-file-mode': {
    title: 'An interpreter in the store has another mode than 0755',
    severity: 'error',
    remedy:
      'Type: `chmod 0755 FILE`. If others could write to it, replace it: `rm FILE && {keeper} install PLATFORM`.',
  },
  'store-file-owner': {
    title: 'An interpreter in the store belongs to somebody else',
    severity: 'error',
    remedy:
      'Its owner could have changed it, so replace it: `rm FILE && {keeper} install PLATFORM`, or on a node without sources `{keeper} store import BUNDLE`.',
  },
  'store-file-label': {
    title: 'The SELinux label of an interpreter in the store keeps containers from running it',
    severity: 'warning',
    remedy:
      'Let the keeper label it: `{keeper} install PLATFORM`. [relabel: By hand: `chcon -t container_ro_file_t FILE`.]',
  },
  'store-file-kind': {
    title: 'Something that is no file lies where an interpreter should',
    severity: 'error',
    remedy: 'See what it is: `ls -ld FILE`. Then: `rm -r FILE && {keeper} install PLATFORM`.',
  },
  'store-file-unlisted': {
    title: 'The manifest of the store does not list a file',
    severity: 'warning',
    remedy:
      'It is left of an import or a deployment that was cut off: do that again, or remove it with `{keeper} store gc`. Nothing uses it by itself.',
  },
  'store-file-unknown': {
    title: 'Something in the store is not of the keeper',
    severity: 'notice',
    remedy: 'See what it is: `ls -ld FILE`. It is not touched; put it elsewhere.',
  },
  'store-manifest-damaged': {
    title: 'The manifest of the store is damaged',
    severity: 'error',
    remedy:
      'Write it anew from what is deployed: `{keeper} install`, or on a node without sources `{keeper} store import BUNDLE`. What serves goes on.',
  },
  'store-users-unknown': {
    title: 'It cannot be seen who uses the store, so nothing is removed',
    severity: 'warning',
    remedy:
      'Run it as root of the host, where its processes and its instance can be seen (in a container: --pid=host and --privileged): `{keeper} store gc`.',
  },
  'bundle-invalid': {
    title: 'The bundle is damaged, incomplete, or no bundle',
    severity: 'error',
    remedy:
      'Nothing was changed. Compare the file with where it was made: `sha256sum FILE`. Copy it again, or write it again: `{keeper} store export -o FILE`.',
  },
  'bundle-unfit': {
    title: 'The bundle has emulators that cannot serve here',
    severity: 'error',
    remedy:
      'Nothing was changed. Write one on a machine of this architecture, from static emulators: `{keeper} store export -o FILE`.',
  },
  'bundle-unsigned': {
    title: 'The bundle is not signed by the configured key',
    severity: 'error',
    remedy:
      'Nothing was changed. Write the list of checksums on the machine that made it (`{keeper} store export --manifest-to bundle.json`), sign it (`minisign -S -m bundle.json`) and put that in: `{keeper} store export --signature bundle.json.minisig -o FILE`.',
  },
  'probe-unwritable': {
    title: 'The probes cannot be written anywhere, so nothing is verified',
    severity: 'error',
    remedy:
      'Probes are written beside the store, or else into the run directory: make one of the two writable and executable for root alone. Look: `df {STORE=/var/lib/binfmt-keeper/store}`; `findmnt -T {STORE=/var/lib/binfmt-keeper/store}`; `namei -l {STORE=/var/lib/binfmt-keeper/store}`.',
    // /run is noexec everywhere: a store that is so too is the cause, and a better place for it cures both.
    dependsOn: ['interpreter-noexec'],
  },
  'probe-not-registered': {
    title: 'The probe found no entry that runs it',
    severity: 'error',
    remedy: 'See the handlers: `{keeper} status`. Register it: `{keeper} install PLATFORM`.',
    dependsOn: [
      'dangerous-entry',
      'status-zero',
      'register-failed',
      'handler-refused',
      'source-missing',
      'instance-missing',
    ],
  },
  'probe-interpreter-missing': {
    title: 'The probe found its entry, but not the interpreter',
    severity: 'error',
    remedy:
      'The entry lacks the F flag or its interpreter needs a loader. See it: `{keeper} status`. Register anew: `{keeper} install PLATFORM`.',
    dependsOn: ['dangerous-entry', 'interpreter-missing', 'interpreter-not-static'],
  },
  'probe-permission': {
    title: 'The probe was not permitted to run',
    severity: 'error',
    remedy:
      'See what denied it: `ausearch -m avc -ts recent` (SELinux) or `dmesg | grep -i denied` (AppArmor). Check the file system for noexec: `findmnt -T FILE`.',
    dependsOn: ['dangerous-entry', 'interpreter-noexec', 'interpreter-untrusted'],
  },
  'probe-killed': {
    title: 'The probe was killed by a signal',
    severity: 'error',
    remedy:
      'See why: `dmesg | tail`, `coredumpctl list`. Mostly the emulator crashes: install a newer QEMU, then: `{keeper} install PLATFORM`.',
    dependsOn: ['dangerous-entry'],
  },
  'probe-hung': {
    title: 'The probe did not end in time',
    severity: 'error',
    remedy:
      'On a slow or busy host give it longer: {set probe.timeout 30s}. Otherwise install a newer QEMU and try: `{keeper} probe PLATFORM`.',
    dependsOn: ['dangerous-entry'],
  },
  'probe-wrong-interpreter': {
    title: 'The probe was run by another interpreter than expected',
    severity: 'error',
    remedy:
      'See who serves: `{keeper} status`. Keep ours in front: {set precedence ours}. [NAME: Or remove the other one: {remove NAME}.]',
    dependsOn: ['dangerous-entry', 'shadowed', 'stale-interpreter'],
  },
  'probe-wrong-answer': {
    title: 'The probe ran, but answered wrongly',
    severity: 'error',
    remedy:
      'Mostly QEMU older than 6.0 or a kernel older than 5.12, which know nothing of the P flag: upgrade, or set {set preserveArgv0 false}. Then: `{keeper} probe PLATFORM`.',
    dependsOn: ['dangerous-entry'],
  },
  'probe-undecided': {
    title: 'The probe could not be tried, which proves nothing',
    severity: 'warning',
    remedy:
      'Tried again by itself, ever more rarely up to probe.interval; what serves goes on, and what was proved before holds. Where it lasts, the host has no room for one more process (`ulimit -u`, pids.max, memory, fs.file-max), or something kills probes: `dmesg | tail`.',
    dependsOn: ['dangerous-entry'],
  },
  'check-failed': {
    title: 'The check of a handler of your own failed',
    severity: 'error',
    remedy:
      'The detail says how it ended. Try the same by hand, as a user without rights: `setpriv --reuid 60876 --regid 60876 --clear-groups --no-new-privs COMMAND`. Then correct check: or the interpreter in /etc/binfmt-keeper/config.yaml.',
    dependsOn: ['status-zero', 'no-permission'],
  },
  'check-hung': {
    title: 'The check of a handler of your own did not end in time',
    severity: 'error',
    remedy:
      'Give it longer by timeout: in check:, in /etc/binfmt-keeper/config.yaml; or choose a check that ends by itself and waits for no input.',
  },
  'check-untrusted': {
    title: 'The check of a handler of your own is a file that others could change',
    severity: 'error',
    remedy:
      "It is not run. See the whole way to it: `namei -l FILE`. Then make it root's: `chown root:root FILE && chmod go-w FILE`, its directories as well; or name another file in check:, in /etc/binfmt-keeper/config.yaml.",
  },
  'config-invalid': {
    title: 'The configuration is invalid; the last valid one stays in force',
    severity: 'error',
    remedy:
      'See each fault with its place: `{keeper} config check`. Correct it; a running daemon reads it again by itself.',
  },
  'restart-needed': {
    title: 'A change takes effect after a restart only',
    severity: 'warning',
    remedy: 'Restart it: {restart}, or restart the container. Entries are kept and healed meanwhile.',
  },
  'state-unreadable': {
    title: 'The state file could not be read and was set aside',
    severity: 'notice',
    remedy:
      'Nothing: it is rebuilt from kernel and store. If it returns, look at the directory: `ls -la {RUN=/run/binfmt-keeper}`; `df {RUN=/run/binfmt-keeper}`.',
    dependsOn: ['run-directory-untrusted'],
  },
  'state-unwritable': {
    title: 'The run directory cannot be written',
    severity: 'warning',
    about: 'RUN',
    remedy:
      'Entries are kept and healed all the same, but status may show old news, and after a restart the keeper has to learn anew which entries are its own. Make room or make it writable: `df {RUN=/run/binfmt-keeper}`; `findmnt -T {RUN=/run/binfmt-keeper}`.',
    dependsOn: ['run-directory-untrusted'],
  },
  'too-few-descriptors': {
    title: 'Too few files may be open at once',
    severity: 'error',
    remedy:
      'Raise the limit to 1024: `ulimit -n 1024` in the shell that starts it, LimitNOFILE=1024 in a unit, --ulimit nofile=1024:1024 for a container.',
  },
  'log-dropped': {
    title: 'Lines of the log were dropped',
    severity: 'notice',
    remedy:
      'The reader of the log is too slow or stands still, or the file it goes to cannot grow. Make room: `df`; restart the reader: `systemctl restart systemd-journald`; or log less: `{keeper} run --log-level warn`.',
  },
  paused: {
    title: 'Healing is paused on request',
    severity: 'warning',
    remedy: 'Go on: `{keeper} resume`. A pause with --for TIME ends by itself.',
  },
  'run-directory-untrusted': {
    title: 'Others could change the run directory',
    severity: 'warning',
    about: 'RUN',
    remedy:
      'Nothing is written there, no socket is opened, no anchor mounted. Look: `namei -l {RUN=/run/binfmt-keeper}`. Then give it to root: `chown root:root {RUN=/run/binfmt-keeper} && chmod 0755 {RUN=/run/binfmt-keeper}`; it is looked at again within resync. What is no directory: `rm {RUN=/run/binfmt-keeper}`, and {restart}.',
  },
  'control-unavailable': {
    title: 'The control socket could not be opened',
    severity: 'warning',
    about: 'RUN',
    remedy:
      'Entries are kept, but commands cannot talk to the daemon. Look at the directory: `ls -la {RUN=/run/binfmt-keeper}`; `df -i {RUN=/run/binfmt-keeper}`.',
    dependsOn: ['run-directory-untrusted'],
  },
  'textfile-unwritable': {
    title: 'The metrics cannot be written to a file',
    severity: 'warning',
    about: 'FILE',
    remedy:
      'Entries are kept, but node_exporter shows old figures or none; it is tried again every 10 s. The directory must be there and writable: `ls -ld "$(dirname FILE)"`. Where it is missing: `mkdir -p "$(dirname FILE)"`; where it is full: `df "$(dirname FILE)"`. Under systemd it stands in ReadWritePaths= as well. To do without: {set publish.textfile ""}.',
  },
  'http-unavailable': {
    title: 'HTTP is not answered',
    severity: 'warning',
    remedy:
      'Entries are kept, but probes, metrics and page are not served; it is tried again every 5 s. See who has the port: `ss -ltnp`. Then choose another address, {set http.listen ADDRESS:PORT}; or none: {set http.listen off}.',
  },
  'http-taken': {
    title: 'Somebody else answers at the HTTP address',
    severity: 'warning',
    remedy:
      'Believe nothing that answers there. Ask the daemon itself: `{keeper} health`. See who has it: `ss -ltnp`. Then choose an address that other users cannot take: {set http.listen unix:/run/binfmt-keeper/http.sock}; or a port below 1024.',
  },
  'http-exposed': {
    title: 'HTTP is answered to more than this host',
    severity: 'warning',
    remedy:
      'Where nobody else needs it: {set http.listen 127.0.0.1:8676}; or unix:/run/binfmt-keeper/http.sock. Otherwise let only the supervisor and the scraper reach it, by a firewall or a NetworkPolicy.',
  },
  'kernel-lacks-flag': {
    title: 'This kernel is too old for a flag of ours',
    severity: 'notice',
    remedy:
      'Handlers are registered without it. For F, which containers need, use Linux 4.8 or later; for argv[0] (P) 5.12 or later: see `uname -r`, and update the kernel.',
  },
  'automount-untriggered': {
    title: 'binfmt_misc is an automount that nobody has used yet',
    severity: 'warning',
    remedy:
      'Use it once on the host: `ls /proc/sys/fs/binfmt_misc/`. To have it at each boot: `systemctl enable --now proc-sys-fs-binfmt_misc.mount`.',
  },
  'no-host-mount': {
    title: 'Nothing on this host keeps the entries',
    severity: 'warning',
    remedy:
      'Mount it on the host, once for each boot: `mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc`. Or run the keeper, whose anchor does it: `{keeper} run`.',
    dependsOn: ['no-kernel-support', 'instance-missing', 'automount-untriggered'],
  },
  'status-guarded': {
    title: 'Something lies over the file status',
    severity: 'notice',
    remedy:
      'Nothing, where WSL does it (boot.protectBinfmt): it keeps a stopping distribution from deleting all entries, and systemd-binfmt reports failure for it. Otherwise see what it is: `findmnt /proc/sys/fs/binfmt_misc/status`.',
  },
  'private-instance': {
    title: 'This user namespace is not the one of the host',
    severity: 'notice',
    remedy:
      'Nothing, if it is meant: what counts here is seen here. Entries of an instance of its own: `{keeper} run --sandbox`. To have those of the host without one: start the container without mounting binfmt_misc in it.',
  },
  'registrar-flushes': {
    title: 'Another program deletes all entries when it starts or stops',
    severity: 'warning',
    remedy:
      'With a running keeper they are back within a millisecond: `systemctl enable --now binfmt-keeper`. To have nobody do it: `systemctl mask systemd-binfmt.service`, and find the formats that it registered: `ls /usr/lib/binfmt.d /etc/binfmt.d`.',
  },
  'registrar-present': {
    title: 'Another program registers handlers here',
    severity: 'notice',
    remedy:
      'Nothing, as long as only one of them works at a time; the keeper uses names of its own. To see what is whose: `{keeper} status`.',
  },
  'rosetta-auxv': {
    title: 'Rosetta stumbles over this kernel',
    severity: 'warning',
    remedy:
      'Update macOS, or start the machine with an older kernel. Until then let QEMU serve: `echo 0 >/proc/sys/fs/binfmt_misc/rosetta`.',
  },
  'entry-interpreter-dynamic': {
    title: 'The interpreter of an entry for containers needs shared libraries',
    severity: 'warning',
    remedy:
      'Register a static one: `apt-get install --no-install-recommends qemu-user-static`, then register again. Or let the keeper serve, which takes static files only: `{keeper} install`.',
  },
  'label-denied': {
    title: 'SELinux has denied something to an emulator lately',
    severity: 'warning',
    remedy:
      'See what: `ausearch -m avc -ts recent`. [relabel: Give the store its label: `restorecon -RF /var/lib/binfmt-keeper`. ]For containers of a host where nothing may be relabelled, the directory decides: {set interpreters.store DIRECTORY}.',
  },
  'native-narrow': {
    title: 'This host does not run 32-bit programs by itself',
    severity: 'notice',
    remedy: 'Nothing, where an emulator serves them. Otherwise register it: `{keeper} install all`.',
  },
  'shutdown-held': {
    title: 'An entry keeps a file system busy until it is deleted',
    severity: 'notice',
    remedy:
      'Nothing under systemd, which deletes all entries before it unmounts. Elsewhere delete the entry before the shutdown: {remove NAME}; or keep the interpreter on the root file system.',
  },
  filtered: {
    title: 'System calls of this process are filtered',
    severity: 'notice',
    remedy:
      'What is said here may be less than what is there. Look from the host, or start the container with --privileged (or --security-opt seccomp=unconfined).',
  },
  'user-namespaces-restricted': {
    title: 'Ordinary users may not make user namespaces',
    severity: 'notice',
    remedy:
      'Only sandboxes and rootless containers need them. See: `sysctl kernel.apparmor_restrict_unprivileged_userns kernel.unprivileged_userns_clone user.max_user_namespaces`. On Ubuntu, for one program: an AppArmor profile with userns; for all: `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`.',
  },
  'entry-off': {
    title: 'An entry is switched off',
    severity: 'notice',
    about: 'NAME',
    remedy: 'Switch it on: `echo 1 >/proc/sys/fs/binfmt_misc/NAME`. Or remove it: {remove NAME}.',
  },
  'entry-duplicate': {
    title: 'An entry says what another one says',
    severity: 'notice',
    about: 'NAME',
    remedy:
      'Nothing breaks by it; both names may be looked for by some tool. To be rid of it: {remove NAME}.',
  },
  'compilers-emulated': {
    title: 'Compilers run under emulation now',
    severity: 'notice',
    remedy:
      'They give the same output wherever they run. What costs how much, and how to cross-compile: `{keeper} ps --advise`.',
  },
};
