import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';

const ours = `keeper-${targets[0]}`;

await suite(import.meta.url, 'mount faults interrupt no exec', {
  'umount of main: it is mounted again, no exec fails': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const since = Date.now();
    world.must('umount', world.main);
    const report = await daemon.reported('the loss', (r) => r.mounts.main === 'absent');
    assert.deepEqual(report.problems, []);
    await world.untilMounted(world.main);
    await prober.assertUnbroken();
    await daemon.reported('main is back', (r) => r.ready && r.mounts.main === 'binfmt', since);
    assert.equal((await daemon.verified(since)).heals.total, 0);
    return undefined;
  },

  'umount -l of main: it is mounted again, no exec fails': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const since = Date.now();
    world.must('umount', '-l', world.main);
    await world.untilMounted(world.main);
    await prober.assertUnbroken();
    await daemon.reported('main is back', (r) => r.ready && r.mounts.main === 'binfmt', since);
    await daemon.verified(since);
    return undefined;
  },

  'umount of the anchor: a plain one is refused, after a lazy one it is back at once': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const since = Date.now();
    assert.match(world.command('umount', world.anchor).said, /busy/);
    world.must('umount', '-l', world.anchor);
    await world.untilMounted(world.anchor);
    await prober.assertUnbroken();
    await daemon.reported('the anchor is back', (r) => r.ready && r.mounts.anchor === 'binfmt', since);
    await daemon.verified(since);
    return undefined;
  },

  'umount -a and umount -l of both: both are back, no exec fails': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const since = Date.now();
    world.command('umount', '-a', '-t', 'binfmt_misc');
    world.command('umount', '-a', '-l', '-t', 'binfmt_misc');
    await world.untilMounted(world.anchor);
    await world.untilMounted(world.main);
    await prober.assertUnbroken();
    assert.ok(readFileSync(`${world.main}/${ours}`, 'latin1').startsWith('enabled'));
    await daemon.reported('both are back', (r) => r.ready && r.mounts.main === 'binfmt', since);
    await daemon.verified(since);
    return undefined;
  },

  'a mount over main is reported and not stacked upon; entries are healed beneath it': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    world.must('mount', '-t', 'tmpfs', 'tmpfs', world.main);
    await daemon.problem('main-covered');
    await prober.assertUnbroken();
    assert.ok(world.isMounted(world.main, 'tmpfs'));
    prober.kill();
    const since = Date.now();
    world.write(`${world.anchor}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    world.must('umount', world.main);
    await daemon.reported('no problem left', (r) => r.problems.length === 0);
    return undefined;
  },

  'a mount over the anchor is reported; entries are healed beneath it': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    world.must('mount', '-t', 'tmpfs', 'tmpfs', world.anchor);
    await daemon.problem('anchor-covered');
    await prober.assertUnbroken();
    prober.kill();
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    world.must('umount', world.anchor);
    await daemon.reported('no problem left', (r) => r.problems.length === 0);
    return undefined;
  },

  'both mounts covered at once: entries are still healed, through the held descriptor': async (world) => {
    const daemon = await world.startVerified();
    world.must('mount', '-t', 'tmpfs', 'tmpfs', world.anchor);
    world.must('mount', '-t', 'tmpfs', 'tmpfs', world.main);
    const since = Date.now();
    world.write(`${daemon.instance()}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    return undefined;
  },

  // A plain remount of one mount changes the superblock, hence all mounts of the instance.
  'main remounted read-only is writable again, and entries are healed': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    world.must('mount', '-o', 'remount,ro', world.main);
    await writable(world.main);
    await prober.assertUnbroken();
    prober.kill();
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    return undefined;
  },

  'the anchor remounted read-only is writable again, and entries are healed': async (world) => {
    const daemon = await world.startVerified();
    world.must('mount', '-o', 'remount,ro', world.anchor);
    await writable(world.anchor);
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    return undefined;
  },

  'an entry deleted through another mount while the anchor is bound read-only is healed': async (world) => {
    const daemon = await world.startVerified();
    daemon.kill('SIGSTOP');
    world.must('mount', '-o', 'remount,bind,ro', world.anchor);
    world.write(`${world.main}/${ours}`, '-1');
    const since = Date.now();
    daemon.kill('SIGCONT');
    await daemon.verified(since);
    await daemon.reported('nothing failed in the end', (r) => r.problems.length === 0, since);
    return undefined;
  },
});

/** Waits until the mount there can be written through. */
async function writable(path: string): Promise<void> {
  await until(`${path} writable`, () => {
    try {
      closeSync(openSync(`${path}/status`, 'r+'));
      return true;
    } catch {
      return null;
    }
  });
}
