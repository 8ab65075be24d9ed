import { closeSync } from 'node:fs';
import type { Outcome } from '../../core/outcome.ts';
import { type CLibrary, failed } from './c-library.ts';

/** Receives datagrams of Unix sockets together with who sent them, as the kernel knows it. */
export interface DatagramCalls {
  /** A socket with an abstract name (without the NUL that it begins with). */
  receiveDatagrams(
    name: string,
  ): { readonly ok: true; readonly socket: DatagramSocket } | (Outcome & { readonly ok: false });
}

/** One socket; nothing of it waits. */
export interface DatagramSocket {
  readonly fd: number;
  /** The next datagram, a byte string; null where none waits. */
  next(): Datagram | null;
  close(): void;
}

/** What was sent, by which process as our namespace counts it (0 where it has no number here). */
export interface Datagram {
  readonly text: string;
  readonly pid: number;
  /** Tells the sender that it was heard. */
  answer(): void;
}

/** Memory that the kernel writes to, of a size that never changes. */
export interface SharedMemory {
  readonly bytes: Buffer;
  readonly address: bigint;
  /** What functions of C get for it. */
  readonly pointer: unknown;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_PASSCRED = 16;
const SCM_CREDENTIALS = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Where in the memory lie: msghdr, the sender's address, iovec, control messages, data; all of them of 64-bit hosts. */
const at = { header: 0, name: 64, vector: 192, control: 256, data: 512 } as const;
const sizes = { name: 110, control: 128, data: 1024 } as const;

/** The calls of sockets that receive. */
export function datagramCalls(library: CLibrary, allocate: (size: number) => SharedMemory): DatagramCalls {
  const { c } = library;
  return {
    receiveDatagrams(name) {
      const fd = c.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd < 0) return failed(library, 'socket');
      const on = Buffer.from([1, 0, 0, 0]);
      const address = Buffer.from(`\x01\0\0${name}`, 'latin1');
      const bound =
        c.setsockopt(fd, SOL_SOCKET, SO_PASSCRED, on, on.length) === 0 &&
        c.bind(fd, address, address.length) === 0;
      if (!bound) {
        const failure = failed(library, 'bind');
        closeSync(fd);
        return failure;
      }
      const memory = allocate(at.data + sizes.data);
      return {
        ok: true,
        socket: { fd, next: () => receive(library, fd, memory), close: () => closeSync(fd) },
      };
    },
  };
}

function receive({ c }: CLibrary, fd: number, { bytes, address, pointer }: SharedMemory): Datagram | null {
  bytes.fill(0, 0, at.data);
  const put = (value: number, where: number): unknown => bytes.writeBigUInt64LE(BigInt(value), where);
  const point = (to: number, where: number): unknown => bytes.writeBigUInt64LE(address + BigInt(to), where);
  point(at.name, 0);
  put(sizes.name, 8);
  point(at.vector, 16);
  put(1, 24);
  point(at.control, 32);
  put(sizes.control, 40);
  point(at.data, at.vector);
  put(sizes.data, at.vector + 8);
  const size = Number(c.recvmsg(fd, pointer, MSG_DONTWAIT));
  if (size < 0) return null;
  const text = bytes.toString('latin1', at.data, at.data + size);
  const sender = Buffer.from(bytes.subarray(at.name, at.name + bytes.readUInt32LE(8)));
  const told =
    bytes.readUInt32LE(at.control + 8) === SOL_SOCKET &&
    bytes.readUInt32LE(at.control + 12) === SCM_CREDENTIALS;
  return {
    text,
    pid: told ? bytes.readInt32LE(at.control + 16) : 0,
    answer() {
      const one = Buffer.from([0]);
      if (sender.length > 2) c.sendto(fd, one, 1, MSG_DONTWAIT | MSG_NOSIGNAL, sender, sender.length);
    },
  };
}
