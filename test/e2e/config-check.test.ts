import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { cli } from './cli.ts';
import { check, faulty, keyOf, mounted } from './faulty.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import type { World } from './world.ts';

const [target] = targets;

/** All that could be changed. */
function state(world: World): string {
  const { said } = world.command(
    'sh',
    '-c',
    `find ${world.run} ${world.store} ${world.dir} | sort; cat /proc/self/mountinfo`,
  );
  const names = readdirSync(world.main).filter((name) => name !== 'register');
  const entries = names.map((name) => `${name} ${readFileSync(`${world.main}/${name}`, 'utf8')}`);
  return `${entries.join('\n')}\n${said}`;
}

await suite(import.meta.url, 'config check', {
  'tells what the daemon tells that starts with it, with places, and changes nothing': async (world) => {
    mounted(world);
    faulty(world);
    const args = ['--config', world.config, '--platforms', target];
    const told = check(world, ...args);
    assert.deepEqual([told.status, told.unseen], [1, []]);
    const places = new Map(told.problems.map((p) => [p.subject, p.place]));
    assert.match(String(places.get('gone')), /config\.yaml:5:\d+$/);
    assert.match(String(places.get('nowhere')), /config\.yaml:2:9$/);
    const daemon = world.start({ platforms: target });
    await daemon.reported('what is wrong with the interpreters', (r) =>
      r.problems.some((p) => p.subject === 'shellless'),
    );
    const report = await daemon.reported('what is declared and lost', (r) =>
      r.problems.some((p) => p.code === 'kept-without-interpreter'),
    );
    const codes = new Set(told.problems.map((p) => p.code));
    for (const code of [
      'handler-refused',
      'interpreter-missing',
      'interpreter-not-static',
      'interpreter-noexec',
    ])
      assert.ok(codes.has(code as never), code);
    assert.deepEqual(told.problems.map(keyOf).sort(), report.problems.map(keyOf).sort());
    return undefined;
  },

  'changes nothing, and holds no lock': async (world) => {
    mounted(world);
    faulty(world);
    const before = state(world);
    check(world);
    assert.equal(cli(world, ['config', 'check', '--offline']).status, 0);
    assert.equal(state(world), before);
    return undefined;
  },

  'a start without a fault is told as such, and is one': async (world) => {
    mounted(world);
    const args = ['--platforms', target];
    assert.deepEqual(check(world, ...args), { status: 0, file: world.config, problems: [], unseen: [] });
    const { handlers, problems } = await (await world.startVerified({ platforms: target })).verified();
    assert.deepEqual([handlers.length, problems], [1, []]);
    assert.deepEqual(check(world, ...args).problems, [], 'beside the daemon, too');
    return undefined;
  },

  'an emulator that is missing and a store where nothing can be executed are told': async (world) => {
    mounted(world);
    mkdirSync(`${world.dir}/none`);
    const none = check(world, '--platforms', target, '--interpreters-sources', `${world.dir}/none`);
    assert.deepEqual([none.status, none.problems.map(keyOf)], [1, [`source-missing ${target}`]]);
    world.must('mount', '-t', 'tmpfs', '-o', 'noexec,mode=755', 'x', `${world.dir}/none`);
    const barred = check(world, '--platforms', target, '--interpreters-store', `${world.dir}/none/store`);
    assert.deepEqual([barred.status, barred.problems.map(keyOf)], [1, [`interpreter-noexec ${target}`]]);
    world.remount(`${world.dir}/none`, 'exec,ro');
    const fixed = check(world, '--platforms', target, '--interpreters-store', `${world.dir}/none/store`);
    assert.deepEqual([fixed.status, fixed.problems.map(keyOf)], [1, [`store-read-only ${target}`]]);
    return undefined;
  },

  'where nothing is mounted it mounts nothing, and says what it did not see': async (world) => {
    const { status, problems, unseen } = check(world, '--platforms', target);
    assert.deepEqual([status, problems], [0, []]);
    assert.match(unseen.join(), /no binfmt_misc is mounted at/);
    assert.equal(world.isMounted(world.main, 'binfmt_misc'), false);
    return undefined;
  },
});
