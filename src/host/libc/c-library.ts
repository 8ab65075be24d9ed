import type { Outcome } from '../../core/outcome.ts';

/** The C library that the process has, bound once, for the calls that are made of it. */
export interface CLibrary {
  readonly c: CFunctions;
  /** Bound when it is wanted: a C library from before 2018 lacks it. */
  memfdCreate(): (name: Buffer, flags: number) => number;
  /** The name of the error of the last call. */
  errno(): string;
}

/** What koffi offers of a library: a function by its declaration. */
export type Declare = (declaration: string) => (...args: never[]) => unknown;

/** The C functions under the names of their manual pages, but for the system calls. */
export interface CFunctions {
  flock(fd: number, operation: number): number;
  mount(source: Buffer, target: Buffer, type: Buffer, flags: number, data: Buffer): number;
  fcntl(fd: number, command: number, value: number): number;
  fcntlLock(fd: number, command: number, range: Buffer): number;
  epollCreate(flags: number): number;
  epollControl(set: number, operation: number, fd: number, event: Buffer): number;
  epollWait(set: number, event: Buffer, count: number, timeout: number): number;
  poll(wanted: Buffer, count: number, timeout: number): number;
  socket(family: number, type: number, protocol: number): number;
  sendto(fd: number, data: Buffer, size: number, flags: number, address: Buffer, length: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: Buffer, size: number): number;
  recvmsg(fd: number, message: unknown, flags: number): number | bigint;
  getsockopt(fd: number, level: number, name: number, value: Buffer, size: Buffer): number;
  setfsuid(id: number): number;
  setfsgid(id: number): number;
  exit(status: number): void;
  lgetxattr(path: Buffer, name: Buffer, value: Buffer, size: number): number;
  lsetxattr(path: Buffer, name: Buffer, value: Buffer, size: number, flags: number): number;
  fsopen(call: number, type: Buffer, flags: number): number;
  fsconfig(call: number, fd: number, command: number, key: null, value: null, aux: number): number;
  fsmount(call: number, fd: number, flags: number, attributes: number): number;
}

/** What succeeded with a new descriptor, which the caller closes. */
export interface Opened {
  readonly ok: true;
  readonly fd: number;
}

/** What did not. */
export type Failure = Extract<Outcome, { readonly ok: false }>;

const declarations: Readonly<Record<keyof CFunctions, string>> = {
  flock: 'int flock(int, int)',
  mount: 'int mount(const uint8_t *, const uint8_t *, const uint8_t *, unsigned long, const uint8_t *)',
  fcntl: 'int fcntl(int, int, int)',
  fcntlLock: 'int fcntl(int, int, _Inout_ uint8_t *)',
  epollCreate: 'int epoll_create1(int)',
  epollControl: 'int epoll_ctl(int, int, int, const uint8_t *)',
  epollWait: 'int epoll_wait(int, _Out_ uint8_t *, int, int)',
  poll: 'int poll(uint8_t *, unsigned long, int)',
  socket: 'int socket(int, int, int)',
  sendto: 'long sendto(int, const uint8_t *, size_t, int, const uint8_t *, unsigned int)',
  bind: 'int bind(int, const uint8_t *, unsigned int)',
  setsockopt: 'int setsockopt(int, int, int, const uint8_t *, unsigned int)',
  recvmsg: 'long recvmsg(int, void *, int)',
  getsockopt: 'int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint8_t *)',
  setfsuid: 'int setfsuid(unsigned int)',
  setfsgid: 'int setfsgid(unsigned int)',
  exit: 'void _exit(int)',
  lgetxattr: 'intptr_t lgetxattr(const uint8_t *, const uint8_t *, _Out_ uint8_t *, size_t)',
  lsetxattr: 'int lsetxattr(const uint8_t *, const uint8_t *, const uint8_t *, size_t, int)',
  // syscall(2), because musl and glibc before 2.36 have no functions for these.
  fsopen: 'long syscall(long, const uint8_t *, unsigned long)',
  fsconfig: 'long syscall(long, long, unsigned long, const uint8_t *, const uint8_t *, long)',
  fsmount: 'long syscall(long, long, unsigned long, unsigned long)',
};

/** Binds every function, so that a library that lacks one is found out before anything relies on it. */
export function bindLibrary(declare: Declare, errno: () => string): CLibrary {
  const bound = Object.entries(declarations).map(([name, declaration]) => [name, declare(declaration)]);
  // What is bound has no types of its own: that they fit the declarations is up to the two lists above.
  const functions: unknown = Object.fromEntries(bound);
  const late = (): unknown => declare('int memfd_create(const uint8_t *, unsigned int)');
  return { c: functions as CFunctions, memfdCreate: late as CLibrary['memfdCreate'], errno };
}

/** How the last call failed. */
export function failed({ errno }: CLibrary, call: string): Failure {
  const code = errno();
  return { ok: false, code, message: `${call}: ${code}` };
}
