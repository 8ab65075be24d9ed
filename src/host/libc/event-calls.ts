import { closeSync } from 'node:fs';
import type { CLibrary } from './c-library.ts';

/** Tells of events that libuv cannot be asked for. */
export interface EventCalls {
  /** A new epoll set with `fd` in it; the caller closes it. Null where none can be made. */
  epoll(fd: number, events: number): Epoll | null;
  /** poll(2) without waiting: whether `fd` has one of these events now. */
  hasEvent(fd: number, events: number): boolean;
}

/** An epoll set, whose own descriptor is readable when a member has an event. */
export interface Epoll {
  readonly fd: number;
  /** Takes the pending event, so that the descriptor stops being readable. */
  drain(): void;
  /** Takes the member out, so that its events cost nothing, or puts it in again. */
  listen(on: boolean): void;
}

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** 12 bytes, packed, on x86_64 and 16 elsewhere; the data field is not used. */
const EPOLL_EVENT_SIZE = 16;
const POLLFD_SIZE = 8;

/** The calls of epoll(7) and poll(2). */
export function eventCalls({ c }: CLibrary): EventCalls {
  return {
    epoll(fd, events) {
      const set = c.epollCreate(EPOLL_CLOEXEC);
      if (set < 0) return null;
      const event = Buffer.alloc(EPOLL_EVENT_SIZE);
      event.writeUInt32LE(events, 0);
      if (c.epollControl(set, EPOLL_CTL_ADD, fd, event) < 0) {
        closeSync(set);
        return null;
      }
      const taken = Buffer.alloc(EPOLL_EVENT_SIZE);
      return {
        fd: set,
        drain: () => void c.epollWait(set, taken, 1, 0),
        listen: (on) => void c.epollControl(set, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, event),
      };
    },
    hasEvent(fd, events) {
      const wanted = Buffer.alloc(POLLFD_SIZE);
      wanted.writeInt32LE(fd, 0);
      wanted.writeInt16LE(events, 4);
      return c.poll(wanted, 1, 0) > 0;
    },
  };
}
