// Finds the Node that runs sources and tests.
import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { fail, root } from './say.mjs';

/** From here on Node runs the sources without a build. */
export const stripsTypes = [22, 18];

/**
 * A Node of at least this version: the one that package-lock.json pins, else the one that runs this. The pinned one is
 * called by its own path, because npm 9 and 10 link no bin of an optional dependency of a workspace.
 */
export function nodeOf(minimum) {
  const candidates = [join(root, `node_modules/node-linux-${process.arch}/bin/node`), process.execPath];
  const seen = [];
  for (const path of candidates) {
    const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    const version = stdout?.trim().replace(/^v/, '');
    if (version && isAtLeast(version, minimum)) return { path, version };
    seen.push(
      `  ${relative(root, path).startsWith('..') ? path : relative(root, path)}: ${version || whyNot(error)}`,
    );
  }
  return fail(
    `Node ${minimum.join('.')} or later is needed to run the sources:\n${seen.join('\n')}\nInstall a newer Node (https://nodejs.org/en/download) and try again`,
  );
}

/** What keeps a Node of that version from ever opening a debugger; an older one does not know the option. */
export function withoutDebugger(version) {
  return isAtLeast(version, [22, 14]) && !/^23\.[0-6]\./.test(version) ? ['--disable-sigusr1'] : [];
}

/** The kernel says ENOENT also where the program is there and its loader is not. */
function whyNot(error) {
  if (error?.code === 'ENOENT') return 'not there, or made for another C library (musl: Alpine)';
  if (error?.code === 'EACCES') return 'may not be executed (a file system mounted noexec?)';
  return `cannot be executed (${error?.code ?? 'no version'})`;
}

function isAtLeast(version, [major, minor]) {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
