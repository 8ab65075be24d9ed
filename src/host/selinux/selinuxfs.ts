import { closeSync, constants, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { errnoOf } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';

/** The file system by which the kernel answers for its policy. */
export interface Selinuxfs {
  /** The text of a file in it; null where it has none. */
  read(name: string): string | null;
  /** The answer to a question; null where nobody tells. */
  ask(name: string, question: string): string | 'invalid' | null;
}

/** Looks for it when it is first needed; what the policy once refused to tell is not asked again. */
export function createSelinuxfs(libc: Libc | null, present: boolean, mayAsk: boolean): Selinuxfs {
  let found: { readonly directory: string | null } | null = null;
  let silent = !mayAsk;
  const directory = (): string | null => {
    found ??= { directory: present ? directoryOf(libc) : null };
    return found.directory;
  };
  return {
    read(name) {
      const dir = directory();
      return dir === null ? null : readText(`${dir}/${name}`);
    },
    ask(name, question) {
      const dir = silent ? null : directory();
      if (dir === null) return null;
      try {
        return transact(`${dir}/${name}`, question);
      } catch (error) {
        // The policy has no such context. Anything else is the policy that does not let us ask, and an audit line.
        if (errnoOf(error) === 'EINVAL') return 'invalid';
        silent = true;
        return null;
      }
    },
  };
}

/** Files of selinuxfs take a question and give the answer on the same descriptor. */
function transact(path: string, question: string): string {
  const fd = openSync(path, constants.O_RDWR);
  try {
    writeSync(fd, question);
    const answer = Buffer.alloc(4096);
    return answer.toString('latin1', 0, readSync(fd, answer)).replace(/\0.*$/s, '');
  } finally {
    closeSync(fd);
  }
}

const usual = '/sys/fs/selinux';

/**
 * The runtimes of Kubernetes mount a sysfs of their own, without selinuxfs. Who may mount it does so where no path leads
 * to: the descriptor stays open, so that `enforce` can be read again.
 */
function directoryOf(libc: Libc | null): string | null {
  if (existsSync(`${usual}/enforce`)) return usual;
  const mounted = libc?.mountDetached('selinuxfs');
  return mounted?.ok ? `/proc/self/fd/${mounted.fd}` : null;
}

/** The text of a file of the kernel's; null where it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return null;
  }
}
