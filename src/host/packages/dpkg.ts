import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ownerFrom, type PackageFacts, packageFormat, packageFrom } from '../../core/store/package-facts.ts';
import { runChild } from '../system/child.ts';

/** The package of the distribution that a path came with; null where there is none, or no dpkg. */
export async function packageOf(path: string): Promise<PackageFacts | null> {
  // Before the merge of /usr packages named what lies in /bin so.
  const spellings = path.startsWith('/usr/') ? [path, path.slice('/usr'.length)] : [path];
  for (const spelling of spellings) {
    const asked = await ask(['-S', '--', spelling]);
    const owner = ownerFrom(asked, spelling);
    if (owner === null) continue;
    const line = await ask(['-W', `-f=${packageFormat}`, '--', owner]);
    return packageFrom(line, await readCopyright(owner.replace(/:.*/, '')));
  }
  return null;
}

async function ask(args: readonly string[]): Promise<string> {
  const { stdout } = await runChild('dpkg-query', args, { timeoutMs: 10_000, maxOutput: 64 * 1024 });
  return stdout;
}

/** Larger ones are not read. */
const mostBytes = 1024 * 1024;

async function readCopyright(name: string): Promise<string | null> {
  const path = `/usr/share/doc/${name}/copyright`;
  try {
    // Often a link to that of another package.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      return found.isFile() && found.size <= mostBytes ? await file.readFile('utf8') : null;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
