import { constants } from 'node:os';
import { done, type Outcome } from '../../core/outcome.ts';
import { type CLibrary, type Failure, failed, type Opened } from './c-library.ts';
import { cString, utf8String } from './strings.ts';

/** Locks, leases and extended attributes of files, and files in memory. */
export interface FileCalls {
  /** flock(2). `EAGAIN` where another open file description holds the lock and `operation` has LOCK_NB. */
  flock(fd: number, operation: number): Outcome;
  /** Marks the open file description behind `fd` for everybody who has the same file open; gone with its last copy. */
  mark(fd: number, forWriting: boolean): Outcome;
  /** Whether another one of that file is marked; null where nobody tells. */
  isMarked(fd: number): boolean | null;
  /** Whether any process has the regular file behind `fd` (opened for reading) open for writing; null where nobody tells. */
  isOpenForWriting(fd: number): boolean | null;
  /** lgetxattr(2): the value of an extended attribute of a file that is known to answer; null where there is none. */
  attribute(path: string, name: string): string | null;
  /** lsetxattr(2), of such a file. */
  setAttribute(path: string, name: string, value: string): Outcome;
  /** memfd_create(2): a file in memory that may be executed, without a path; the caller closes it. */
  memoryFile(name: string): Opened | Failure;
}

const MFD_CLOEXEC = 1;
/** Since Linux 6.3; before it every such file may be executed. */
const MFD_EXEC = 0x10;

/** Bytes; more than any label. */
const ATTRIBUTE_SIZE = 4096;
const F_SETSIG = 10;
const F_SETLEASE = 1024;
const F_RDLCK = 0;
const F_UNLCK = 2;
const F_WRLCK = 1;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
/** Of struct flock. */
const FLOCK_SIZE = 32;
const SIGURG = constants.signals.SIGURG;

/** The calls that files are asked or marked with. */
export function fileCalls(library: CLibrary): FileCalls {
  const { c } = library;
  return {
    flock: (fd, operation) => (c.flock(fd, operation) >= 0 ? done : failed(library, 'flock')),
    // A lock of an open file description on one byte: flock(2) knows nothing of it, so that both stand side by side.
    mark(fd, forWriting) {
      if (!hasWideOffsets())
        return { ok: false, code: 'ENOSYS', message: 'fcntl: not tried on this architecture' };
      const range = firstByte(forWriting ? F_WRLCK : F_RDLCK);
      return c.fcntlLock(fd, F_OFD_SETLK, range) >= 0 ? done : failed(library, 'fcntl');
    },
    isMarked(fd) {
      const range = firstByte(F_WRLCK);
      if (!hasWideOffsets() || c.fcntlLock(fd, F_OFD_GETLK, range) < 0) return null;
      return range.readInt16LE(0) !== F_UNLCK;
    },
    isOpenForWriting(fd) {
      // A read lease is granted only where there is no writer. Whoever opens the file for writing in the microsecond
      // until it is given back makes the kernel signal us: by SIGURG, which does nothing, and not by SIGIO, which kills.
      if (c.fcntl(fd, F_SETSIG, SIGURG) < 0) return null;
      if (c.fcntl(fd, F_SETLEASE, F_RDLCK) < 0) return library.errno() === 'EAGAIN' || null;
      c.fcntl(fd, F_SETLEASE, F_UNLCK);
      return false;
    },
    attribute(path, name) {
      const value = Buffer.alloc(ATTRIBUTE_SIZE);
      const length = c.lgetxattr(utf8String(path), utf8String(name), value, value.length);
      return length < 0 ? null : value.toString('latin1', 0, length);
    },
    setAttribute(path, name, value) {
      const size = Buffer.byteLength(value);
      const result = c.lsetxattr(utf8String(path), utf8String(name), utf8String(value), size, 0);
      return result >= 0 ? done : failed(library, 'lsetxattr');
    },
    memoryFile(name) {
      const create = library.memfdCreate();
      for (const flags of [MFD_CLOEXEC | MFD_EXEC, MFD_CLOEXEC]) {
        const fd = create(cString(name), flags);
        if (fd >= 0) return { ok: true, fd };
        if (library.errno() !== 'EINVAL') break;
      }
      return failed(library, 'memfd_create');
    },
  };
}

/** Elsewhere the C library may have another struct flock than the kernel. */
function hasWideOffsets(): boolean {
  return ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'].includes(process.arch);
}

/** l_type and l_whence, l_start at 8, l_len at 16; all of these are little-endian. */
function firstByte(type: number): Buffer {
  const range = Buffer.alloc(FLOCK_SIZE);
  range.writeInt16LE(type, 0);
  range.writeBigInt64LE(1n, 16);
  return range;
}
