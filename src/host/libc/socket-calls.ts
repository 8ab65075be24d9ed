import { closeSync } from 'node:fs';
import { done, type Outcome } from '../../core/outcome.ts';
import { type CLibrary, failed } from './c-library.ts';
import { cString } from './strings.ts';

/** Datagrams of Unix sockets, which Node lacks, and who is at the other end. */
export interface SocketCalls {
  /** Sends one datagram to the Unix socket of that address, a path or `\0` and a name; never waits (`EAGAIN` where it is full). */
  sendDatagram(address: string, data: Buffer): Outcome;
  /** SO_PEERSEC of a connected Unix socket: the SELinux label of who connected; null without SELinux. */
  peerLabel(fd: number): string | null;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** asm-generic/socket.h, as on every architecture that has a build of koffi. */
const SOL_SOCKET = 1;
const SO_PEERSEC = 31;
/** Bytes; more than any label. */
const LABEL_SIZE = 4096;

/** The calls of sockets. */
export function socketCalls(library: CLibrary): SocketCalls {
  const { c } = library;
  return {
    sendDatagram(address, data) {
      const to = socketAddress(address);
      const fd = c.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (fd < 0) return failed(library, 'socket');
      const sent = c.sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, to, to.length);
      const result = sent >= 0 ? done : failed(library, 'sendto');
      closeSync(fd);
      return result;
    },
    peerLabel(fd) {
      const value = Buffer.alloc(LABEL_SIZE);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(value.length);
      if (c.getsockopt(fd, SOL_SOCKET, SO_PEERSEC, value, size) < 0) return null;
      return value.toString('latin1', 0, size.readUInt32LE()).replace(/\0.*$/s, '');
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
