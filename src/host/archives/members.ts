import { createHash } from 'node:crypto';
import { identifying } from '../../core/binary/identify.ts';
import type { Content, Member } from './member.ts';
import type { Looker } from './seen.ts';

/** Looks at a member as at a file. */
export async function lookAtMember(member: Member, content: Content, looker: Looker): Promise<void> {
  const { name, kind, target, mode, size } = member;
  if (kind === 'hardlink') looker.link(name, target);
  if (kind !== 'file') return;
  const head = await content.head(headSize);
  const reading = identifying({ head, size }, 'platform');
  let step = reading.next();
  while (step.done !== true) step = reading.next(content.at(step.value.offset, step.value.length));
  let sha256: string | null = null;
  if (looker.wantsSum(name)) {
    const hash = createHash('sha256');
    for await (const piece of content.pieces()) hash.update(piece);
    sha256 = hash.digest('hex');
  }
  looker.file({ name, executable: (mode & 0o111) !== 0, size, binary: step.value, sha256 });
}

/** Of a compressed archive no more can be looked at again. */
const headSize = 65_536;
