import { readFile } from 'node:fs/promises';
import type { Outcome } from '../../core/outcome.ts';

/**
 * Numbers for chown(2) of `user`, `user:group` or nothing, each by name or number; -1 leaves one as it is. Names are
 * those of /etc/passwd and /etc/group: Node asks no other directory. `EINVAL` for a name that is not there.
 */
export async function ownerIds(
  text: string,
): Promise<
  { readonly ok: true; readonly uid: number; readonly gid: number } | (Outcome & { readonly ok: false })
> {
  const [user = '', group = ''] = text.split(':');
  const uid = await idOf(user, '/etc/passwd');
  const gid = await idOf(group, '/etc/group');
  const unknown = uid === null ? `user ${user}` : gid === null ? `group ${group}` : null;
  if (uid !== null && gid !== null) return { ok: true, uid, gid };
  return { ok: false, code: 'EINVAL', message: `there is no ${unknown}` };
}

async function idOf(name: string, file: string): Promise<number | null> {
  if (name === '') return -1;
  if (/^\d+$/.test(name)) return Number(name);
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const id = lines.find((line) => line.startsWith(`${name}:`))?.split(':')[2];
  return id === undefined || !/^\d+$/.test(id) ? null : Number(id);
}
