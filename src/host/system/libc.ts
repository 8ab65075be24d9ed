import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { done, type Outcome } from '../../core/outcome.ts';

/** The few C functions that Node lacks, so that everything else can do without knowing of FFI. */
export interface Libc {
  /** flock(2). `EAGAIN` where another open file description holds the lock and `operation` has LOCK_NB. */
  flock(fd: number, operation: number): Outcome;
  /** mount(2) with byte strings; `data` may be empty. */
  mount(source: string, target: string, type: string, flags: number, data: string): Outcome;
  /**
   * fsopen(2) and FSCONFIG_CMD_CREATE_EXCL: a new superblock, held by the descriptor, which the caller closes. `EBUSY`
   * where one exists already, `EOPNOTSUPP` before Linux 6.6.
   */
  createExclusive(type: string): Opened | Failure;
  /** fsopen(2) and fsmount(2): a mount of the superblock, made where there is none, that no path leads to (5.2). */
  mountDetached(type: string): Opened | Failure;
  /** A new epoll set with `fd` in it, for events that libuv cannot ask for; the caller closes it. Null where none can be made. */
  epoll(fd: number, events: number): Epoll | null;
  /** poll(2) without waiting: whether `fd` has one of these events now. */
  hasEvent(fd: number, events: number): boolean;
  /** Whether any process has the regular file behind `fd` (opened for reading) open for writing; null where nobody tells. */
  isOpenForWriting(fd: number): boolean | null;
  /** lgetxattr(2): the value of an extended attribute of a file that is known to answer; null where there is none. */
  attribute(path: string, name: string): string | null;
  /** lsetxattr(2), of such a file. */
  setAttribute(path: string, name: string, value: string): Outcome;
  /** Sends one datagram to the Unix socket of that address, a path or `\0` and a name; never waits (`EAGAIN` where it is full). */
  sendDatagram(address: string, data: Buffer): Outcome;
  /** SO_PEERSEC of a connected Unix socket: the SELinux label of who connected; null without SELinux. */
  peerLabel(fd: number): string | null;
  /** memfd_create(2): a file in memory that may be executed, without a path; the caller closes it. */
  memoryFile(name: string): Opened | Failure;
  /** _exit(2): ends this process without waiting for its threads, as exit(3) does, and without telling anybody. */
  exit(status: number): void;
  /** Does something synchronous with the rights to files and processes of another user and group. Needs CAP_SETUID. */
  withId<T>(id: number, work: () => T): T;
  /** Calls `ready` whenever `fd` is readable, without keeping the process alive; returns the stop function. */
  pollReadable(fd: number, ready: () => void): () => void;
}

/** An epoll set, whose own descriptor is readable when a member has an event. */
export interface Epoll {
  readonly fd: number;
  /** Takes the pending event, so that the descriptor stops being readable. */
  drain(): void;
  /** Takes the member out, so that its events cost nothing, or puts it in again. */
  listen(on: boolean): void;
}

interface Opened {
  readonly ok: true;
  readonly fd: number;
}

type Failure = Extract<Outcome, { readonly ok: false }>;
type Koffi = typeof import('koffi').default;

/** The same on every architecture that has a build of koffi: since Linux 5.2 all of them share one list of numbers. */
const SYS_fsopen = 430;
const SYS_fsconfig = 431;
const SYS_fsmount = 432;
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSCONFIG_CMD_CREATE_EXCL = 8;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** asm-generic/socket.h, as on every architecture that has a build of koffi. */
const SOL_SOCKET = 1;
const SO_PEERSEC = 31;

const MFD_CLOEXEC = 1;
/** Since Linux 6.3; before it every such file may be executed. */
const MFD_EXEC = 0x10;

/** Bytes; more than any label. */
const ATTRIBUTE_SIZE = 4096;
const EPOLL_CLOEXEC = 0o2000000;
const F_SETSIG = 10;
const F_SETLEASE = 1024;
const F_RDLCK = 0;
const F_UNLCK = 2;
const SIGURG = constants.signals.SIGURG;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** 12 bytes, packed, on x86_64 and 16 elsewhere; the data field is not used. */
const EPOLL_EVENT_SIZE = 16;
const POLLFD_SIZE = 8;

/**
 * Loads koffi and binds the C library that the process already has, because start-up should not pay for FFI where
 * it is not used. Null, after a call of `unavailable` with the reason, where koffi has no build for this machine
 * or `BINFMT_KEEPER_NO_FFI=1` is set.
 */
export async function loadLibc(unavailable: (reason: string) => void = ignore): Promise<Libc | null> {
  if (process.env.BINFMT_KEEPER_NO_FFI === '1') {
    unavailable('BINFMT_KEEPER_NO_FFI is set');
    return null;
  }
  try {
    const { default: koffi } = await import('koffi');
    return bind(koffi);
  } catch (error) {
    unavailable(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function ignore(): void {}

function bind(koffi: Koffi): Libc {
  const library = koffi.load(null);
  const flock: (fd: number, operation: number) => number = library.func('int flock(int, int)');
  const mount: (source: Buffer, target: Buffer, type: Buffer, flags: number, data: Buffer) => number =
    library.func(
      'int mount(const uint8_t *, const uint8_t *, const uint8_t *, unsigned long, const uint8_t *)',
    );
  const fcntl: (fd: number, command: number, value: number) => number =
    library.func('int fcntl(int, int, int)');
  const epollCreate: (flags: number) => number = library.func('int epoll_create1(int)');
  const epollControl: (set: number, operation: number, fd: number, event: Buffer) => number = library.func(
    'int epoll_ctl(int, int, int, const uint8_t *)',
  );
  const epollWait: (set: number, event: Buffer, count: number, timeout: number) => number = library.func(
    'int epoll_wait(int, _Out_ uint8_t *, int, int)',
  );
  const poll: (wanted: Buffer, count: number, timeout: number) => number = library.func(
    'int poll(uint8_t *, unsigned long, int)',
  );
  const socket: (family: number, type: number, protocol: number) => number =
    library.func('int socket(int, int, int)');
  const sendto: (
    fd: number,
    data: Buffer,
    size: number,
    flags: number,
    address: Buffer,
    length: number,
  ) => number = library.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, unsigned int)');
  const setfsuid: (id: number) => number = library.func('int setfsuid(unsigned int)');
  const setfsgid: (id: number) => number = library.func('int setfsgid(unsigned int)');
  const exit: (status: number) => void = library.func('void _exit(int)');
  const lgetxattr: (path: Buffer, name: Buffer, value: Buffer, size: number) => number = library.func(
    'intptr_t lgetxattr(const uint8_t *, const uint8_t *, _Out_ uint8_t *, size_t)',
  );
  const lsetxattr: (path: Buffer, name: Buffer, value: Buffer, size: number, flags: number) => number =
    library.func('int lsetxattr(const uint8_t *, const uint8_t *, const uint8_t *, size_t, int)');
  // syscall(2), because musl and glibc before 2.36 have no functions for these.
  const fsopen: (call: number, type: Buffer, flags: number) => number = library.func(
    'long syscall(long, const uint8_t *, unsigned long)',
  );
  const fsconfig: (call: number, fd: number, command: number, key: null, value: null, aux: number) => number =
    library.func('long syscall(long, long, unsigned long, const uint8_t *, const uint8_t *, long)');
  const fsmount: (call: number, fd: number, flags: number, attributes: number) => number = library.func(
    'long syscall(long, long, unsigned long, unsigned long)',
  );
  const failure = (call: string): Failure => {
    const code = getSystemErrorName(-koffi.errno());
    return { ok: false, code, message: `${call}: ${code}` };
  };
  const outcome = (call: string, result: number): Outcome => (result >= 0 ? done : failure(call));
  const configured = (type: string, command: number): Opened | Failure => {
    const fd = fsopen(SYS_fsopen, cString(type), FSOPEN_CLOEXEC);
    if (fd < 0) return failure('fsopen');
    if (fsconfig(SYS_fsconfig, fd, command, null, null, 0) >= 0) return { ok: true, fd };
    const failed = failure('fsconfig');
    closeSync(fd);
    return failed;
  };
  return {
    flock: (fd, operation) => outcome('flock', flock(fd, operation)),
    mount: (source, target, type, flags, data) =>
      outcome('mount', mount(cString(source), cString(target), cString(type), flags, cString(data))),
    createExclusive: (type) => configured(type, FSCONFIG_CMD_CREATE_EXCL),
    mountDetached: (type) => {
      const made = configured(type, FSCONFIG_CMD_CREATE);
      if (!made.ok) return made;
      const fd = fsmount(SYS_fsmount, made.fd, FSMOUNT_CLOEXEC, 0);
      const result: Opened | Failure = fd < 0 ? failure('fsmount') : { ok: true, fd };
      closeSync(made.fd);
      return result;
    },
    epoll: (fd, events) => {
      const set = epollCreate(EPOLL_CLOEXEC);
      if (set < 0) return null;
      const event = Buffer.alloc(EPOLL_EVENT_SIZE);
      event.writeUInt32LE(events, 0);
      if (epollControl(set, EPOLL_CTL_ADD, fd, event) < 0) {
        closeSync(set);
        return null;
      }
      const taken = Buffer.alloc(EPOLL_EVENT_SIZE);
      return {
        fd: set,
        drain: () => void epollWait(set, taken, 1, 0),
        listen: (on) => void epollControl(set, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, event),
      };
    },
    hasEvent: (fd, events) => {
      const wanted = Buffer.alloc(POLLFD_SIZE);
      wanted.writeInt32LE(fd, 0);
      wanted.writeInt16LE(events, 4);
      return poll(wanted, 1, 0) > 0;
    },
    attribute: (path, name) => {
      const value = Buffer.alloc(ATTRIBUTE_SIZE);
      const length = lgetxattr(utf8(path), utf8(name), value, value.length);
      return length < 0 ? null : value.toString('latin1', 0, length);
    },
    setAttribute: (path, name, value) =>
      outcome('lsetxattr', lsetxattr(utf8(path), utf8(name), utf8(value), Buffer.byteLength(value), 0)),
    isOpenForWriting: (fd) => {
      // A read lease is granted only where there is no writer. Whoever opens the file for writing in the microsecond
      // until it is given back makes the kernel signal us: by SIGURG, which does nothing, and not by SIGIO, which kills.
      if (fcntl(fd, F_SETSIG, SIGURG) < 0) return null;
      if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0) return getSystemErrorName(-koffi.errno()) === 'EAGAIN' || null;
      fcntl(fd, F_SETLEASE, F_UNLCK);
      return false;
    },
    sendDatagram: (address, data) => {
      const to = socketAddress(address);
      const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (fd < 0) return failure('socket');
      const sent = sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, to, to.length);
      const result = outcome('sendto', sent);
      closeSync(fd);
      return result;
    },
    peerLabel: (fd) => {
      const getsockopt: (fd: number, level: number, name: number, value: Buffer, size: Buffer) => number =
        library.func('int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint8_t *)');
      const value = Buffer.alloc(ATTRIBUTE_SIZE);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(value.length);
      if (getsockopt(fd, SOL_SOCKET, SO_PEERSEC, value, size) < 0) return null;
      return value.toString('latin1', 0, size.readUInt32LE()).replace(/\0.*$/s, '');
    },
    memoryFile: (name) => {
      // Bound only here: a C library from before 2018 lacks it.
      const create: (name: Buffer, flags: number) => number = library.func(
        'int memfd_create(const uint8_t *, unsigned int)',
      );
      for (const flags of [MFD_CLOEXEC | MFD_EXEC, MFD_CLOEXEC]) {
        const fd = create(cString(name), flags);
        if (fd >= 0) return { ok: true, fd };
        if (getSystemErrorName(-koffi.errno()) !== 'EINVAL') break;
      }
      return failure('memfd_create');
    },
    exit,
    withId: (id, work) => {
      // Of this thread alone. The group first, as long as we have the right.
      const group = setfsgid(id);
      const user = setfsuid(id);
      try {
        return work();
      } finally {
        setfsuid(user);
        setfsgid(group);
      }
    },
    pollReadable: (fd, ready) => {
      // The callback really gets (status, events), not what the typings say, so neither is used. Code of ours
      // never runs in it: on Node 26 promises settled there wait for the next event.
      const handle = koffi.node.poll(fd, { readable: true }, () => setImmediate(ready));
      handle.unref();
      return () => handle.close();
    },
  };
}

/** unix(7): the family in native order, little-endian wherever koffi has a build; an abstract name ends with the address. */
function socketAddress(address: string): Buffer {
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([
    family,
    address.startsWith('\0') ? Buffer.from(address, 'latin1') : cString(address),
  ]);
}

/** Paths of the store are text, unlike those of the kernel's tables. */
function utf8(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf8');
}

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}
