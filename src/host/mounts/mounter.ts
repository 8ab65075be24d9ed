import { spawnSync } from 'node:child_process';
import { done, type Outcome } from '../../core/outcome.ts';
import type { Libc } from '../system/libc.ts';

/** The mounts that a new sandbox is made of. Paths are byte strings. */
export interface Mounter {
  tmpfs(target: string, options: { readonly mode: string; readonly readOnly: boolean }): Outcome;
  /** With what is mounted below: a copy without it would show what the mounts hide, and is refused. */
  bind(source: string, target: string): Outcome;
}

const MS_RDONLY = 1;
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_BIND = 4096;
const MS_REC = 16384;
const limitMs = 5000;

/** Mounts by mount(2), since a sandbox takes dozens; without FFI by mount(8). */
export function createMounter(libc: Libc | null): Mounter {
  return {
    tmpfs(target, { mode, readOnly }) {
      const flags = MS_NOSUID | MS_NODEV | (readOnly ? MS_RDONLY : 0);
      if (libc) return named(libc.mount('tmpfs', target, 'tmpfs', flags, `mode=${mode}`), target);
      const options = `nosuid,nodev,${readOnly ? 'ro,' : ''}mode=${mode}`;
      return command(['-t', 'tmpfs', '-o', options, 'tmpfs'], target);
    },
    bind(source, target) {
      if (libc) return named(libc.mount(source, target, '', MS_BIND | MS_REC, ''), target);
      return command(['-c', '--rbind', source], target);
    },
  };
}

function named(outcome: Outcome, target: string): Outcome {
  return outcome.ok ? outcome : { ...outcome, message: `${outcome.message} (${target})` };
}

function command(args: readonly string[], target: string): Outcome {
  const { status, stderr, error } = spawnSync('mount', ['-n', ...args, target], {
    encoding: 'latin1',
    timeout: limitMs,
  });
  if (status === 0) return done;
  return {
    ok: false,
    code: 'EIO',
    message: `mount ${args.join(' ')} ${target}: ${error?.message ?? stderr.trim()}`,
  };
}
