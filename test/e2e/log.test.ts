import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';

const [target, other] = targets;
const names = targets.map((key) => `keeper-${key}`);

await suite(import.meta.url, 'the log', {
  'has one line for a flush, with all that was lost, and none for the proofs that follow': async (world) => {
    const daemon = await world.startVerified();
    await daemon.logged('the end of the start', (l) => l.event === 'ready');
    const from = daemon.log.length;
    const since = Date.now();
    world.write(`${world.main}/status`, '-1');
    const heal = await daemon.logged('the heal', (l) => l.event === 'healed', from);
    await daemon.verified(since);
    assert.deepEqual([...(heal.handlers as string[])].sort(), [...names].sort());
    assert.match(String(heal.msg), /^all 2 handlers were removed at once and came back in \S+ ms$/);
    world.write(`${world.main}/keeper-${target}`, '-1');
    await daemon.healed(`keeper-${target}`, 'missing', daemon.log.length);
    assert.deepEqual(
      daemon.log.slice(from).map((l) => l.event),
      ['healed', 'healed'],
    );
    return undefined;
  },

  'ends a start with how many are ready and what to type, tells levels by name, and nothing twice': async (
    world,
  ) => {
    const daemon = await world.startVerified();
    const ready = await daemon.logged('the end of the start', (l) => l.event === 'ready');
    assert.match(String(ready.msg), /^ready: 2 of 2 handlers verified; next: \S.* status$/);
    assert.equal(daemon.log.at(-1), ready);
    for (const line of daemon.log)
      assert.equal(line.severity, { 30: 'info', 40: 'warn', 50: 'error' }[Number(line.level)]);
    const said = daemon.log.map((l) => l.msg);
    assert.equal(new Set(said).size, said.length, said.join('\n'));
    await daemon.ended('SIGTERM');
    assert.match(String(daemon.log.at(-1)?.msg), /^stopping; the entries stay$/);
    return undefined;
  },

  'says at the end of a start what is not ready': async (world) => {
    const daemon = world.start({ flags: ['--interpreters-sources', `${world.dir}/empty`] });
    const line = await daemon.logged('the end of the start', (l) => l.event === 'not-ready');
    assert.equal(line.severity, 'warn');
    assert.match(
      String(line.msg),
      /^not ready: 0 of 2 handlers verified, not working: linux\/\w+ and linux\/\w+; next: /,
    );
    const problems = daemon.log.filter((l) => l.event === 'problem');
    assert.equal(problems.length, 2);
    for (const { msg, remedy, severity } of problems) {
      assert.match(String(msg), /^No emulator was found for a platform: \w+: no static qemu-/);
      assert.match(String(remedy), /^Install them: /);
      assert.equal(severity, 'error');
    }
    return undefined;
  },

  'tells of mounts that came back, and from where': async (world) => {
    const daemon = await world.startVerified();
    const from = daemon.log.length;
    world.must('umount', world.main);
    const main = await daemon.logged('the main mount', (l) => l.event === 'mount' && l.what === 'main', from);
    assert.match(String(main.msg), /^the main mount was gone and is mounted again after 3\S* s \(/);
    world.must('umount', '-l', world.anchor);
    const anchor = await daemon.logged('the anchor', (l) => l.event === 'mount' && l.what === 'anchor', from);
    assert.match(String(anchor.msg), /^the anchor was gone and is mounted again after \S+ m?s \(/);
    world.must('mount', '-o', 'remount,ro', world.main);
    await daemon.logged('that it is writable', (l) => l.event === 'mount' && l.done === 'writable', from);
    return undefined;
  },

  'and ps, top and ss have a name for the daemon': async (world) => {
    const { pid } = await world.startVerified({ platforms: other });
    assert.equal(readFileSync(`/proc/${pid}/comm`, 'utf8'), 'binfmt-keeper\n');
    assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /^binfmt-keeper run --config /);
    return undefined;
  },
});
