import { parseUnserved, type UnservedMessage } from '../../core/last-resort/message.ts';
import { type CgroupPlace, placeOf } from '../../core/ps/cgroup.ts';
import { readSmall } from '../processes/proc-files.ts';
import type { Libc } from '../system/libc.ts';

/** A program that could not run, and where it was tried. */
export interface UnservedHeard extends UnservedMessage, Omit<CgroupPlace, 'runtime'> {}

/** So many are read in one turn of the loop, and of so many in a second it is looked where they came from. */
const mostInTurn = 64;
const mostLooks = 50;

/**
 * Hears what the program of last resort, deployed at a path, tells; returns the stop function, or null without FFI and where
 * somebody else has the address. The program waits some milliseconds for an answer, so that it is still there when its control
 * group is read; in a storm only counted.
 */
export function listenLastResort(
  libc: Libc | null,
  path: string,
  heard: (program: UnservedHeard) => void,
  now: () => number = () => performance.now(),
): (() => void) | null {
  const opened = libc?.receiveDatagrams(socketName(path));
  if (libc === null || opened?.ok !== true) return null;
  const { socket } = opened;
  let stopped = false;
  let second = 0;
  let looks = 0;
  const placeFor = (pid: number): Omit<CgroupPlace, 'runtime'> => {
    const current = Math.floor(now() / 1000);
    if (current !== second) [second, looks] = [current, 0];
    looks += 1;
    const text = pid > 0 && looks <= mostLooks ? readSmall(`/proc/${pid}/cgroup`) : null;
    const { container, pod, unit } = placeOf(text ?? '');
    return { container, pod, unit };
  };
  const read = (): void => {
    for (let left = mostInTurn; left > 0 && !stopped; left -= 1) {
      const datagram = socket.next();
      if (datagram === null) return;
      const message = parseUnserved(datagram.text);
      const place = message && placeFor(datagram.pid);
      datagram.answer();
      if (message !== null && place !== null) heard({ ...message, ...place });
    }
  };
  const stopPolling = libc.pollReadable(socket.fd, read);
  return () => {
    if (stopped) return;
    stopped = true;
    stopPolling();
    socket.close();
  };
}

/** As the program makes it of its own path: an address that has no more than 107 bytes. */
function socketName(path: string): string {
  return `binfmt-keeper${path.slice(-90)}`;
}
