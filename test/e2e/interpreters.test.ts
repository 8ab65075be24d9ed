import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const ours = `keeper-${target}`;
const emulator = `/usr/bin/qemu-${target}-static`;

await suite(import.meta.url, 'interpreters may change on disk', {
  'one that is replaced in the store by rename is deployed and pinned anew': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const since = Date.now();
    const path = interpreterOf(world);
    writeFileSync(`${path}.other`, 'not an emulator', { mode: 0o755 });
    renameSync(`${path}.other`, path);
    await daemon.healed(ours, 'stale');
    await prober.assertUnbroken();
    await daemon.verified(since);
    assert.ok(readFileSync(interpreterOf(world)).equals(readFileSync(emulator)));
    return undefined;
  },

  'one that an entry pins cannot be truncated': async (world) => {
    const daemon = await world.startVerified();
    assert.throws(() => writeFileSync(interpreterOf(world), ''), { code: 'ETXTBSY' });
    await daemon.verified();
    return undefined;
  },

  'one that was truncated while nothing pinned it is deployed anew at the start': async (world) => {
    const daemon = await world.startVerified({ flags: ['--on-stop', 'remove'] });
    const path = interpreterOf(world);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    writeFileSync(path, '');
    await world.startVerified();
    assert.ok(readFileSync(path).equals(readFileSync(emulator)));
    return undefined;
  },

  'one that is deleted in the store goes on serving and is deployed anew': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const since = Date.now();
    rmSync(interpreterOf(world));
    await daemon.healed(ours, 'stale');
    await prober.assertUnbroken();
    await daemon.verified(since);
    assert.ok(readFileSync(interpreterOf(world)).equals(readFileSync(emulator)));
    return undefined;
  },

  'an upgraded source is deployed and takes over without a gap': async (world) => {
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    const source = `${sources}/qemu-${target}-static`;
    copyFileSync(emulator, source);
    const daemon = await world.startVerified({
      platforms: target,
      flags: ['--interpreters-sources', sources],
    });
    const prober = await world.prober();
    const before = interpreterOf(world);
    const since = Date.now();
    copyFileSync(emulator, `${source}.new`);
    appendFileSync(`${source}.new`, 'upgraded');
    renameSync(`${source}.new`, source);
    await daemon.reported(
      'the new path',
      (r) => r.ready && r.handlers[0]?.interpreter !== before && r.handlers[0]?.state === 'ok',
      since,
    );
    await prober.assertUnbroken();
    await daemon.verified(since);
    assert.ok(readFileSync(interpreterOf(world)).equals(readFileSync(source)));

    // Programs that run under the old one cannot be seen from here, but none outlives the boot.
    assert.ok(existsSync(before), 'the old interpreter may still be running');
    await daemon.ended('SIGTERM');
    const used = join(dirname(before), '../used.json');
    writeFileSync(
      used,
      readFileSync(used, 'utf8').replace(/"bootId": "[^"]*"/, '"bootId": "an earlier one"'),
    );
    await world.startVerified({ platforms: target, flags: ['--interpreters-sources', sources] });
    await until('the old interpreter to be removed', () => (existsSync(before) ? null : true));
    assert.ok(existsSync(interpreterOf(world)));
    return undefined;
  },

  'an upgraded source for which the store has no room is named, and the older one goes on': async (world) => {
    const dir = `${world.dir}/source`;
    const source = `${dir}/qemu-${target}-static`;
    mkdirSync(dir);
    copyFileSync(`/usr/bin/qemu-${target}-static`, source);
    mkdirSync(world.store, { recursive: true });
    world.must('mount', '-t', 'tmpfs', '-o', 'mode=755,size=40m', 'tmpfs', world.store);
    const daemon = await world.startVerified({
      platforms: target,
      flags: ['--interpreters-sources', dir],
    });
    const { bavail, bsize } = statfsSync(world.store);
    writeFileSync(`${world.store}/filling`, Buffer.alloc(bavail * bsize - 2 ** 20));
    appendFileSync(source, 'newer');
    await daemon.problem('store-full');
    assert.ok(daemon.runs());
    assert.deepEqual(daemon.names(), [ours]);
    const since = Date.now();
    rmSync(`${world.store}/filling`);
    await daemon.logged('that it is solved', (l) => l.event === 'solved' && l.problem === 'store-full');
    await daemon.verified(since);
    return undefined;
  },

  'an emulator that is installed later is found without being told': async (world) => {
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    const daemon = world.start({ platforms: target, flags: ['--interpreters-sources', sources] });
    await daemon.problem('source-missing');
    // As a package manager does it: under another name first.
    copyFileSync(emulator, `${sources}/qemu-${target}-static.dpkg-new`);
    renameSync(`${sources}/qemu-${target}-static.dpkg-new`, `${sources}/qemu-${target}-static`);
    await daemon.verified();
    return undefined;
  },

  'a source that is removed stops nothing': async (world) => {
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    copyFileSync(emulator, `${sources}/qemu-${target}-static`);
    const flags = ['--interpreters-sources', sources];
    const daemon = await world.startVerified({ platforms: target, flags });
    rmSync(`${sources}/qemu-${target}-static`);
    const since = Date.now();
    daemon.kill('SIGHUP');
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    await daemon.ended('SIGTERM');
    await world.startVerified({ platforms: target, flags });
    return undefined;
  },
});

function interpreterOf(world: World): string {
  const path = /^interpreter (.*)$/m.exec(readFileSync(`${world.main}/${ours}`, 'utf8'))?.[1];
  if (path === undefined) throw new Error(`${ours} names no interpreter`);
  return path;
}
