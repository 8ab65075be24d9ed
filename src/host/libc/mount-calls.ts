import { closeSync } from 'node:fs';
import { done, type Outcome } from '../../core/outcome.ts';
import { type CLibrary, type Failure, failed, type Opened } from './c-library.ts';
import { cString } from './strings.ts';

/** Makes mounts and superblocks. */
export interface MountCalls {
  /** mount(2) with byte strings; `data` may be empty. */
  mount(source: string, target: string, type: string, flags: number, data: string): Outcome;
  /**
   * fsopen(2) and FSCONFIG_CMD_CREATE_EXCL: a new superblock, held by the descriptor, which the caller closes. `EBUSY`
   * where one exists already, `EOPNOTSUPP` before Linux 6.6.
   */
  createExclusive(type: string): Opened | Failure;
  /** fsopen(2) and fsmount(2): a mount of the superblock, made where there is none, that no path leads to (5.2). */
  mountDetached(type: string): Opened | Failure;
}

/** The same on every architecture that has a build of koffi: since Linux 5.2 all of them share one list of numbers. */
const SYS_fsopen = 430;
const SYS_fsconfig = 431;
const SYS_fsmount = 432;
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSCONFIG_CMD_CREATE_EXCL = 8;

/** The calls of mount(2) and its successors. */
export function mountCalls(library: CLibrary): MountCalls {
  const { c } = library;
  return {
    mount(source, target, type, flags, data) {
      const result = c.mount(cString(source), cString(target), cString(type), flags, cString(data));
      return result >= 0 ? done : failed(library, 'mount');
    },
    createExclusive: (type) => configured(library, type, FSCONFIG_CMD_CREATE_EXCL),
    mountDetached(type) {
      const made = configured(library, type, FSCONFIG_CMD_CREATE);
      if (!made.ok) return made;
      const fd = c.fsmount(SYS_fsmount, made.fd, FSMOUNT_CLOEXEC, 0);
      const result: Opened | Failure = fd < 0 ? failed(library, 'fsmount') : { ok: true, fd };
      closeSync(made.fd);
      return result;
    },
  };
}

function configured(library: CLibrary, type: string, command: number): Opened | Failure {
  const { c } = library;
  const fd = c.fsopen(SYS_fsopen, cString(type), FSOPEN_CLOEXEC);
  if (fd < 0) return failed(library, 'fsopen');
  if (c.fsconfig(SYS_fsconfig, fd, command, null, null, 0) >= 0) return { ok: true, fd };
  const failure = failed(library, 'fsconfig');
  closeSync(fd);
  return failure;
}
