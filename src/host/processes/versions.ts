import { runChild } from '../system/child.ts';

/** The emulator that a process runs, which may have no name any more. */
interface Running {
  readonly pid: number;
  readonly interpreter: string;
}

/** Finds versions of emulators that run, each file read once in a life of this. */
export type ReadVersions = (running: readonly Running[]) => Promise<ReadonlyMap<number, string>>;

/**
 * Reads what the file itself says, not executing it: QEMU has its version as text. It is the file that runs, not what lies at its
 * path by now, and may lie on a file system that never answers: so children read it, under a time limit.
 */
export function createReadVersions(proc = '/proc'): ReadVersions {
  const known = new Map<string, string | null>();
  return async (running) => {
    const asked = running
      .filter(({ interpreter }) => /\/[^/]*qemu[^/]*$/.test(interpreter))
      .slice(0, mostFiles);
    const ids = await idsOf(proc, asked);
    const files = new Map<string, number>();
    for (const [pid, id] of ids) if (!known.has(id) && files.size < mostVersions) files.set(id, pid);
    await Promise.all(
      [...files].map(async ([id, pid]) => {
        known.set(id, await versionIn(`${proc}/${pid}/exe`));
      }),
    );
    return new Map([...ids].flatMap(([pid, id]) => pairOf(pid, known.get(id))));
  };
}

const mostFiles = 5000;
const mostVersions = 16;
const limitMs = 2000;

/** `device:inode` by process. */
async function idsOf(proc: string, running: readonly Running[]): Promise<ReadonlyMap<number, string>> {
  if (running.length === 0) return new Map();
  const paths = running.map(({ pid }) => `${proc}/${pid}/exe`);
  const args = ['-L', '-c', '%n %d:%i', '--', ...paths];
  const { stdout } = await runChild('stat', args, { timeoutMs: limitMs, maxOutput: 1 << 20 });
  const lines = stdout.split('\n').map((line) => /(\d+)\/exe (\d+:\d+)$/.exec(line));
  return new Map(
    lines.flatMap((found) => (found === null ? [] : [[Number(found[1]), found[2] ?? ''] as const])),
  );
}

async function versionIn(path: string): Promise<string | null> {
  const args = ['-a', '-o', '-m', '1', '-E', 'qemu-[a-z0-9_]+ version [0-9]+[.][0-9.]+(-rc[0-9]+)?', path];
  const { stdout } = await runChild('grep', args, { timeoutMs: limitMs });
  return /version ([0-9.]+(?:-rc\d+)?)/.exec(stdout)?.[1] ?? null;
}

function pairOf(pid: number, version: string | null | undefined): readonly (readonly [number, string])[] {
  return version === null || version === undefined ? [] : [[pid, version]];
}
