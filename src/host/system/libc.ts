import { getSystemErrorName } from 'node:util';
import { bindLibrary } from '../libc/c-library.ts';
import { type DatagramCalls, datagramCalls, type SharedMemory } from '../libc/datagram-calls.ts';
import { type EventCalls, eventCalls } from '../libc/event-calls.ts';
import { type FileCalls, fileCalls } from '../libc/file-calls.ts';
import { type MountCalls, mountCalls } from '../libc/mount-calls.ts';
import { type ProcessCalls, processCalls } from '../libc/process-calls.ts';
import { type SocketCalls, socketCalls } from '../libc/socket-calls.ts';

/** The few C functions that Node lacks, so that everything else can do without knowing of FFI. */
export interface Libc extends FileCalls, MountCalls, EventCalls, SocketCalls, DatagramCalls, ProcessCalls {
  /** Calls `ready` whenever `fd` is readable, without keeping the process alive; returns the stop function. */
  pollReadable(fd: number, ready: () => void): () => void;
}

type Koffi = typeof import('koffi').default;

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
  const handle = koffi.load(null);
  const library = bindLibrary(
    (declaration) => handle.func(declaration),
    () => getSystemErrorName(-koffi.errno()),
  );
  return {
    ...fileCalls(library),
    ...mountCalls(library),
    ...eventCalls(library),
    ...socketCalls(library),
    ...datagramCalls(library, (size) => allocate(koffi, size)),
    ...processCalls(library),
    pollReadable: (fd, ready) => pollReadable(koffi, fd, ready),
  };
}

function allocate(koffi: Koffi, size: number): SharedMemory {
  const pointer: unknown = koffi.alloc('uint8_t', size);
  // The buffer is that memory, not a copy of it.
  return { pointer, bytes: Buffer.from(koffi.view(pointer, size)), address: koffi.address(pointer) };
}

function pollReadable(koffi: Koffi, fd: number, ready: () => void): () => void {
  // The callback really gets (status, events), not what the typings say, so neither is used. Code of ours
  // never runs in it: on Node 26 promises settled there wait for the next event.
  const handle = koffi.node.poll(fd, { readable: true }, () => setImmediate(ready));
  handle.unref();
  return () => handle.close();
}
