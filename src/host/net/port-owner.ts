import { readFile } from 'node:fs/promises';

const listening = '0A';

/**
 * Which user listens on a TCP port of this network namespace, as the kernel has it: the name of a program proves
 * nothing. Null where nobody is seen to listen; the address is not compared, since one for all addresses bars ours.
 */
export async function portOwner(port: number): Promise<number | null> {
  for (const table of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/self/net/${table}`, 'latin1').catch(() => '');
    for (const line of text.split('\n')) {
      const [, local = '', , state, , , , uid] = line.trim().split(/\s+/);
      if (state === listening && Number.parseInt(local.split(':')[1] ?? '', 16) === port) return Number(uid);
    }
  }
  return null;
}
