// Names a host that is emulated before anything is installed, built or advised for it.
import { closeSync, openSync, readSync } from 'node:fs';
import { fail } from './say.mjs';

/** As core/exit-codes.ts: this host cannot do it, and trying again would not help. */
const notSupported = 4;

/**
 * Ends where an emulator runs this Node. Both paths name this program; QEMU answers for the emulated one in the first,
 * and leaves `/proc/thread-self` to the kernel. host/system/identity.ts, which the daemon asks, is not built yet.
 */
export function mustBeNative() {
  const [believed, real] = [machineOf(process.execPath), machineOf('/proc/thread-self/exe')];
  if (believed === null || real === null || believed === real) return;
  fail(
    `emulated-host: this Node is a program for ${process.arch}, and an emulator runs it: what it registered would be for ` +
      'the host below, whose own programs it does not know. Nothing was installed. Run npm start on that host, outside of ' +
      'this root, or in a root of its architecture',
    notSupported,
  );
}

/** Byte order and e_machine of an ELF file; null where it cannot be read, which the daemon will tell. */
function machineOf(path) {
  const header = Buffer.alloc(20);
  try {
    const fd = openSync(path, 'r');
    try {
      readSync(fd, header, 0, header.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
  return `${header[5]}:${header.readUInt16LE(18)}`;
}
