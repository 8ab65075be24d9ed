// Who may write where: refused in a sentence before anything is begun, and files of a user stay the user's under sudo.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { fail, root } from './say.mjs';
import { mustStep } from './steps.mjs';

/** Ends with what to do unless all of these, or what they are to be made in, can be written. */
export function mustBeWritable(paths) {
  for (const path of paths.map(nearest)) {
    const code = refusal(path);
    if (code === null) continue;
    if (code === 'EROFS')
      fail(`${path} is on a read-only file system; copy the project to where you may write`);
    const me = nameOf();
    fail(
      `${path} belongs to user ${statSync(path).uid}, and ${me} may not write there (was npm run by sudo?). ` +
        `Make it yours: sudo chown -R ${me} ${root}; or copy the project to a directory of yours`,
    );
  }
}

/** Hands what root made in somebody's project to that somebody. */
export async function giveToOwner(paths) {
  const { uid, gid } = statSync(root);
  if (process.getuid() !== 0 || uid === 0 || paths.length === 0) return;
  await mustStep('handing files to their owner', 'chown', ['-Rh', `${uid}:${gid}`, ...paths]);
}

function nearest(path) {
  return existsSync(path) ? path : nearest(dirname(path));
}

function refusal(path) {
  try {
    accessSync(path, constants.W_OK);
    return null;
  } catch ({ code }) {
    return code;
  }
}

function nameOf() {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid()}`; // without a line in /etc/passwd, as in containers
  }
}
