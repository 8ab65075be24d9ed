import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Diagnosis } from '../../src/core/doctor/diagnosis.ts';
import { cli } from './cli.ts';
import { emulator, end, hold, registered } from './held.ts';
import { suite } from './suite.ts';
import type { World } from './world.ts';

await suite(import.meta.url, 'doctor', {
  'says that no instance is there, and with --fix mounts it': async (world) => {
    const before = diagnose(world);
    assert.equal(before.status, 1);
    assert.deepEqual(codes(before, 'error'), ['instance-missing']);
    const shown = cli(world, ['doctor', '--fix']);
    assert.match(
      shown.said,
      /to be done:\n {2}mount -t binfmt_misc binfmt_misc \/proc\/sys\/fs\/binfmt_misc {4}# instance-missing/,
    );
    assert.match(shown.said, /nothing was done; to have it done: --fix --yes/);
    assert.equal(world.isMounted(world.main), false);
    const fixed = cli(world, ['doctor', '--fix', '--yes']);
    assert.match(fixed.said, /done: mount -t binfmt_misc/);
    assert.equal(world.isMounted(world.main), true);
    assert.ok(!diagnose(world).findings.some(({ code }) => code === 'instance-missing'));
    return undefined;
  },

  'finds each kind of entry that is wrong, whoever made it': async (world) => {
    registered(world);
    // A dynamic interpreter, a missing one, one that is no program, one behind the first.
    line(world, ':dynamic:M::\\x7fDYN::/usr/bin/sleep:F');
    line(world, ':gone:M::\\x7fGONE::/nowhere/emulator:');
    writeFileSync(`${world.dir}/text`, 'no program\n', { mode: 0o755 });
    line(world, `:text:M::\\x7fTEXT::${world.dir}/text:`);
    world.register('front', emulator, 'PF');
    world.register('twin', emulator, 'PF');
    line(world, ':off:M::\\x7fOFF::/usr/bin/true:');
    world.write(`${world.main}/off`, '0');
    const { status, findings } = diagnose(world);
    assert.equal(status, 1);
    const about = (subject: string): string[] =>
      findings.filter((f) => f.subject === subject).map(({ code }) => code);
    assert.deepEqual(about('dynamic'), ['entry-interpreter-dynamic']);
    assert.deepEqual(about('gone'), ['entry-interpreter-missing']);
    assert.deepEqual(about('text'), ['entry-interpreter-machine']);
    assert.deepEqual(about('emu'), ['entry-hidden']);
    assert.deepEqual(about('off'), ['entry-off']);
    assert.deepEqual(about('front'), ['entry-duplicate']);
    const [first] = findings.filter(({ subject }) => subject === 'dynamic');
    assert.match(first?.detail ?? '', /\/usr\/bin\/sleep asks for \/lib.*ld-linux/);
    return undefined;
  },

  'finds status 0, and with --fix switches it on again': async (world) => {
    registered(world);
    world.write(`${world.main}/status`, '0');
    assert.ok(codes(diagnose(world), 'error').includes('status-zero'));
    const { said } = cli(world, ['doctor', '--fix', '--yes']);
    assert.match(said, /done: echo 1 >\/proc\/sys\/fs\/binfmt_misc\/status/);
    assert.ok(!codes(diagnose(world), 'error').includes('status-zero'));
    return undefined;
  },

  'tells a file over status, a read-only instance, and what lies over the main mount': async (world) => {
    registered(world);
    writeFileSync(`${world.dir}/guard`, 'enabled\n');
    world.must('mount', '--bind', `${world.dir}/guard`, `${world.main}/status`);
    assert.ok(codes(diagnose(world), 'notice').includes('status-guarded'));
    world.must('umount', `${world.main}/status`);
    world.must('mount', '-o', 'remount,bind,ro', world.main);
    assert.ok(codes(diagnose(world), 'error').includes('read-only'));
    world.must('mount', '-o', 'remount,bind,rw', world.main);
    world.must('mount', '-t', 'tmpfs', 'tmpfs', world.main);
    const { findings, status } = diagnose(world);
    assert.equal(status, 1);
    assert.equal(findings.filter(({ code }) => code === 'main-covered').length, 1);
    return undefined;
  },

  'tells compilers under emulation, and a store where nothing can be executed': async (world) => {
    registered(world, 'PF');
    const running = await hold(world, [], '/usr/bin/cc1plus');
    world.must('mkdir', world.store);
    world.must('mount', '-t', 'tmpfs', '-o', 'noexec', 'tmpfs', world.store);
    const { findings } = diagnose(world);
    assert.match(findings.find(({ code }) => code === 'compilers-emulated')?.detail ?? '', /linux\/arm64/);
    assert.match(
      findings.find(({ code, check }) => code === 'interpreter-noexec' && check === 'store')?.detail ?? '',
      /noexec/,
    );
    await end(running);
    return undefined;
  },

  'is quiet where all is well, and ends with 0': async (world) => {
    await world.startVerified();
    const { status, findings, summary } = diagnose(world);
    assert.deepEqual(
      findings.filter(({ severity }) => severity !== 'notice'),
      [],
    );
    assert.match(summary, /^nothing is wrong/);
    assert.equal(status, 0);
    const { said } = cli(world, ['doctor']);
    assert.match(said, /\d+ checks: nothing is wrong/);
    return undefined;
  },

  'changes nothing by looking': async (world) => {
    registered(world, 'F', emulator);
    world.write(`${world.main}/emu`, '0');
    const look = (): string =>
      world
        .command(
          'sh',
          '-c',
          `ls -la ${world.main}; cat ${world.main}/emu ${world.main}/status; cat /proc/self/mountinfo`,
        )
        .said.replace(/\d\d:\d\d/g, '');
    const before = look();
    diagnose(world);
    assert.equal(look(), before);
    return undefined;
  },
});

function diagnose(world: World): Diagnosis & { readonly status: number | null } {
  const quiet = ['sh', '-c', 'exec "$@" 2>/dev/null', 'sh'];
  const { status, said } = cli(world, ['doctor', '-o', 'json'], quiet);
  return { status, ...JSON.parse(said) };
}

function codes({ findings }: Diagnosis, severity: string): readonly string[] {
  return findings.filter((finding) => finding.severity === severity).map(({ code }) => code);
}

function line(world: World, text: string): void {
  world.write(`${world.main}/register`, text);
}
