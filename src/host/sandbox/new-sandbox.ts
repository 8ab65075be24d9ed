import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {
  environmentText,
  inheritedVariable,
  programText,
  sandboxPlaces,
  shellText,
} from '../../core/config/sandbox.ts';
import { topMountAt } from '../../core/kernel/mountinfo.ts';
import { done, type Outcome } from '../../core/outcome.ts';
import { createMounter, type Mounter } from '../mounts/mounter.ts';
import { failure } from '../system/errno.ts';
import { initialUserNamespace, namespacesOf } from '../system/identity.ts';
import { loadLibc } from '../system/libc.ts';
import { readMounts } from '../system/mount-table.ts';

const MAIN = '/proc/sys/fs/binfmt_misc';

/**
 * Makes the places of a sandbox in the namespaces that unshare(1) has just made: a tmpfs over /run with what else lies
 * there, and nothing of any binfmt_misc that was mounted before, so that nothing here can be taken for the host's or
 * lead to it. `outside` are the namespaces of who asked for it (`namespacesOf`): with one of those as our own nothing
 * may be done. `command` is what the program is called by. Says in `env` what was found.
 */
export async function makeNewSandbox(
  outside: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Outcome> {
  const own = namespacesOf('self').split(' ');
  if (initialUserNamespace() || outside.split(' ').some((n) => own.includes(n)))
    return { ok: false, code: 'EINVAL', message: 'the namespaces are those of the host' };
  const mounter = createMounter(await loadLibc());
  try {
    const found = new Set(readMounts().flatMap((m) => (m.type === 'binfmt_misc' ? [m.device] : [])));
    const covered = coverRun(mounter);
    if (!covered.ok) return covered;
    for (const point of inheritedPoints()) {
      const hidden = mounter.tmpfs(point, { mode: '0555', readOnly: true });
      if (!hidden.ok) return hidden;
      const cover = topMountAt(readMounts(), point);
      if (cover?.type !== 'tmpfs') return { ok: false, code: 'EIO', message: `${point} cannot be covered` };
      found.add(cover.device);
    }
    env[inheritedVariable] = [...found].join(' ');
    writeHelpers(command, env);
    return done;
  } catch (error) {
    return failure('make the places of the sandbox', error);
  }
}

/** Where an instance of others, or what would mount it, can be reached by a path. */
function inheritedPoints(): readonly string[] {
  const mounts = readMounts();
  const points = new Set([MAIN, ...mounts.flatMap((m) => (m.type === 'binfmt_misc' ? [m.mountPoint] : []))]);
  return [...points].filter((point) => {
    const type = topMountAt(mounts, point)?.type;
    return type === 'binfmt_misc' || (point === MAIN && type === 'autofs');
  });
}

/** What lies in /run is there again, each entry bound to where it was; only what keepers of the host have is not. */
function coverRun(mounter: Mounter): Outcome {
  const { cover, run } = sandboxPlaces;
  const fd = openSync(cover, 'r');
  try {
    const entries = readdirSync(Buffer.from(cover), { withFileTypes: true, encoding: 'buffer' });
    const mounted = mounter.tmpfs(cover, { mode: '0755', readOnly: false });
    if (!mounted.ok) return mounted;
    for (const entry of entries) {
      const name = entry.name.toString('latin1');
      const [from, to] = [`/proc/${process.pid}/fd/${fd}/${name}`, `${cover}/${name}`];
      const path = Buffer.from(to, 'latin1');
      if (to === run) continue;
      if (entry.isSymbolicLink())
        symlinkSync(readlinkSync(Buffer.from(from, 'latin1'), { encoding: 'buffer' }), path);
      else {
        if (entry.isDirectory()) mkdirSync(path);
        else writeFileSync(path, '');
        mounter.bind(from, to); // what cannot be shown is an empty directory here
      }
    }
    mkdirSync(run);
    chmodSync(run, 0o755);
    return done;
  } finally {
    closeSync(fd);
  }
}

function writeHelpers(command: readonly string[], env: NodeJS.ProcessEnv): void {
  const { bin, environment, shell } = sandboxPlaces;
  mkdirSync(bin);
  chmodSync(bin, 0o755);
  for (const [path, text, mode] of [
    [`${bin}/binfmt-keeper`, programText(command), 0o755],
    [environment, environmentText(env), 0o644],
    [shell, shellText, 0o644],
  ] as const) {
    writeFileSync(path, text);
    chmodSync(path, mode);
  }
}
