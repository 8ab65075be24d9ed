import { writeFileSync } from 'node:fs';
import { explainCourse } from '../../src/core/diagnose/explain.ts';
import { rowFor, siblingFor } from '../../src/core/diagnose/platform.ts';
import type { Where } from '../../src/core/diagnose/where.ts';
import { bytesOf } from '../../src/core/kernel/bytes.ts';
import type { NativeHost } from '../../src/core/native/acceptance.ts';
import { courseOf } from '../../src/host/explain/course.ts';
import { createProver } from '../../src/host/explain/prove.ts';
import { readInstance } from '../../src/host/explain/state.ts';
import { hostArchitecture } from '../../src/host/system/identity.ts';
import { makeFiles } from './agreement-files.ts';
import { clear, makeDirectories, states } from './agreement-states.ts';
import { executor, kernelsWord } from './exec-errno.ts';

/** Runs in a private instance with a tmpfs on /mnt and a noexec one on /mnt/noexec; prints one line of JSON for each pair. */
const main = '/proc/sys/fs/binfmt_misc';
const hands = { main, dir: '/mnt/files', noexec: '/mnt/noexec' };
makeDirectories(hands);
const typed = makeFiles(hands.dir, hands.noexec);
const by = '/mnt/execute';
writeFileSync(by, executor(), { mode: 0o755 });
process.chdir(hands.dir);

const own: NativeHost = { ...hostArchitecture(), sibling: null };
const sibling = siblingFor(own);
const prover = createProver(rowFor(own)?.target ?? null, 10_000);
const native = sibling !== null && (await prover.runsAlone(sibling.target)) ? { ...own, sibling } : own;

for (const [state, make] of Object.entries(states)) {
  clear(main);
  make(hands);
  const instance = await readInstance([main]);
  const where: Where = {
    state: { native, entries: instance.entries, enabled: instance.enabled },
    ...{ host: 'this', main, unseen: null, isPrivate: true, root: '/' },
  };
  for (const path of typed) {
    const bytes = bytesOf(path);
    const course = await courseOf(bytes, where.state, { root: '/', cwd: hands.dir, native });
    const { verdict } = explainCourse(bytes, course, where);
    const told = verdict.kind === 'fails' ? verdict.errno : verdict.kind === 'unknown' ? 'unknown' : 'runs';
    const code = verdict.kind === 'fails' ? verdict.cause.code : null;
    process.stdout.write(
      `${JSON.stringify({ state, file: path.slice(0, 60), told, code, kernel: kernelsWord(by, path, hands.dir) })}\n`,
    );
  }
}
