import { closeSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { done, type Outcome } from '../core/outcome.ts';

/** The few C functions that Node lacks, so that everything else can do without knowing of FFI. */
export interface Libc {
  /** flock(2). `EAGAIN` where another open file description holds the lock and `operation` has LOCK_NB. */
  flock(fd: number, operation: number): Outcome;
  /** mount(2) with byte strings; `data` may be empty. */
  mount(source: string, target: string, type: string, flags: number, data: string): Outcome;
  /** A new epoll set with `fd` in it, for events that libuv cannot ask for; the caller closes it. Null where none can be made. */
  epoll(fd: number, events: number): Epoll | null;
  /** Calls `ready` whenever `fd` is readable, without keeping the process alive; returns the stop function. */
  pollReadable(fd: number, ready: () => void): () => void;
}

/** An epoll set, whose own descriptor is readable when a member has an event. */
export interface Epoll {
  readonly fd: number;
  /** Takes the pending event, so that the descriptor stops being readable. */
  drain(): void;
}

type Koffi = typeof import('koffi').default;

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
/** 12 bytes, packed, on x86_64 and 16 elsewhere; the data field is not used. */
const EPOLL_EVENT_SIZE = 16;

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
  const epollCreate: (flags: number) => number = library.func('int epoll_create1(int)');
  const epollControl: (set: number, operation: number, fd: number, event: Buffer) => number = library.func(
    'int epoll_ctl(int, int, int, const uint8_t *)',
  );
  const epollWait: (set: number, event: Buffer, count: number, timeout: number) => number = library.func(
    'int epoll_wait(int, _Out_ uint8_t *, int, int)',
  );
  const outcome = (call: string, result: number): Outcome => {
    if (result >= 0) return done;
    const code = getSystemErrorName(-koffi.errno());
    return { ok: false, code, message: `${call}: ${code}` };
  };
  return {
    flock: (fd, operation) => outcome('flock', flock(fd, operation)),
    mount: (source, target, type, flags, data) =>
      outcome('mount', mount(cString(source), cString(target), cString(type), flags, cString(data))),
    epoll: (fd, events) => {
      const set = epollCreate(EPOLL_CLOEXEC);
      if (set < 0) return null;
      const event = Buffer.alloc(EPOLL_EVENT_SIZE);
      event.writeUInt32LE(events, 0);
      if (epollControl(set, EPOLL_CTL_ADD, fd, event) < 0) {
        closeSync(set);
        return null;
      }
      return { fd: set, drain: () => void epollWait(set, event, 1, 0) };
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

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}
