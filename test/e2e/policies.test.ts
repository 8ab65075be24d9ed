import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/core/report/report.ts';
import { foreignLine, targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;
const emulator = `/usr/bin/qemu-${target}-static`;
/** Longer than the keeper leaves a kept name alone. */
const quiet = 2600;

await suite(import.meta.url, 'policies hold on a live host', {
  'adopt: a foreign entry that is lost comes back byte for byte, and its owner is never in the way': async (
    world,
  ) => {
    mountMain(world);
    const line = ':mine:M::\\x01\\x00QQ:\\xff\\x00\\xff\\xff:/bin/true:OC';
    world.write(`${world.main}/register`, line);
    const before = readFileSync(`${world.main}/mine`, 'latin1');
    world.configure('adopt: [mine]\n');
    const daemon = await world.startVerified();
    await recorded(world, 'mine');
    world.write(`${world.main}/mine`, '-1');
    await pause(300);
    assert.equal(existsSync(`${world.main}/mine`), false, 'its owner had no time to register it');
    world.write(`${world.main}/register`, line);
    world.write(`${world.main}/mine`, '-1');
    await daemon.healed('mine', 'missing');
    assert.equal(readFileSync(`${world.main}/mine`, 'latin1'), before);
    world.write(`${world.main}/mine`, '0');
    await daemon.healed('mine', 'disabled');
    assert.equal(readFileSync(`${world.main}/mine`, 'latin1'), before);
    const kept = await daemon.reported('it kept', (r) => rowOf(r, 'mine')?.state === 'unverified');
    const row = rowOf(kept, 'mine');
    assert.deepEqual([row?.owner, row?.state, row?.required], ['foreign', 'unverified', false]);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.ok(existsSync(`${world.main}/mine`));
    return undefined;
  },

  'adopt: what was recorded is known to the next daemon of this boot': async (world) => {
    mountMain(world);
    world.write(`${world.main}/register`, ':mine:E::mine-ext::/bin/true:');
    world.configure('adopt: [mine]\n');
    const daemon = await world.startVerified();
    await recorded(world, 'mine');
    await daemon.ended('SIGKILL');
    world.write(`${world.main}/mine`, '-1');
    const next = await world.startVerified();
    await next.healed('mine', 'missing');
    return undefined;
  },

  'adopt: another line under the name is left alone, and is what comes back from then on': async (world) => {
    mountMain(world);
    world.write(`${world.main}/register`, ':mine:E::mine-ext::/bin/true:');
    world.configure('adopt: [mine]\n');
    const daemon = await world.startVerified();
    await recorded(world, 'mine');
    world.write(`${world.main}/mine`, '-1');
    world.write(`${world.main}/register`, ':mine:E::other-ext::/bin/false:');
    const theirs = readFileSync(`${world.main}/mine`, 'latin1');
    await until('the new line in the state', () => (stateText(world).includes('other-ext') ? true : null));
    await pause(quiet);
    assert.equal(readFileSync(`${world.main}/mine`, 'latin1'), theirs);
    world.write(`${world.main}/mine`, '-1');
    await daemon.healed('mine', 'missing');
    assert.equal(readFileSync(`${world.main}/mine`, 'latin1'), theirs);
    return undefined;
  },

  'adopt: an entry whose interpreter is gone stays away until it is there again': async (world) => {
    const interpreter = `${world.dir}/interpreter`;
    copyFileSync('/bin/true', interpreter);
    mountMain(world);
    world.write(`${world.main}/register`, `:mine:E::mine-ext::${interpreter}:`);
    world.configure('adopt: [mine, never]\n');
    const daemon = await world.startVerified();
    await daemon.problem('adopted-missing');
    await recorded(world, 'mine');
    rmSync(interpreter);
    world.write(`${world.main}/mine`, '-1');
    await daemon.problem('kept-without-interpreter');
    await pause(quiet);
    assert.equal(existsSync(`${world.main}/mine`), false);
    copyFileSync('/bin/true', interpreter);
    daemon.kill('SIGHUP');
    await daemon.healed('mine', 'missing');
    await daemon.reported('no such problem', (r) => !has(r, 'kept-without-interpreter'));
    return undefined;
  },

  'adopt: what stood in front of ours serves, is covered while it is lost, and serves again': async (
    world,
  ) => {
    mountMain(world);
    world.register('rosetta');
    world.configure('adopt: [rosetta]\n');
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const served = rowOf(await daemon.verified(), target);
    assert.deepEqual([served?.state, served?.owner], ['foreign-ok', 'foreign']);
    await recorded(world, 'rosetta');
    assert.equal(daemon.names().includes(ours), false);
    await prober.assertUnbroken();
    prober.kill();
    world.write(`${world.main}/rosetta`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.healed('rosetta', 'missing');
    await daemon.reported('that it serves again', (r) => r.ready && rowOf(r, target)?.state === 'foreign-ok');
    return undefined;
  },

  'adopt: what stood behind ours comes back behind ours, and no exec is lost': async (world) => {
    mountMain(world);
    world.register('theirs');
    const daemon = await world.startVerified();
    assert.equal(rowOf(await daemon.verified(), target)?.state, 'ok');
    world.configure('adopt: [theirs]\n');
    await until('its place in the state', () =>
      new RegExp(`"${target}"`).test(behind(world)) ? true : null,
    );
    const prober = await world.prober();
    const from = daemon.log.length;
    const since = Date.now();
    world.write(`${world.main}/theirs`, '-1');
    await daemon.healed('theirs', 'missing', from);
    await daemon.healed(ours, 'shadowed', from);
    await prober.assertUnbroken();
    const row = rowOf(await daemon.verified(since), target);
    assert.deepEqual([row?.state, row?.owner], ['ok', 'keeper']);
    return undefined;
  },

  'binfmtD: what the files declare is there, with masks, order and faults as systemd has them': async (
    world,
  ) => {
    const root = binfmtD(world, {
      '/etc/binfmt.d/masked.conf': '',
      '/etc/binfmt.d/over.conf': ':over:E::over-ext::/bin/true:\n',
      '/run/binfmt.d/over.conf': ':over:E::lost-ext::/bin/true:\n',
      '/usr/lib/binfmt.d/masked.conf': ':masked:E::masked-ext::/bin/true:\n',
      '/usr/lib/binfmt.d/null.conf': ':null:E::null-ext::/bin/true:\n',
      '/usr/local/lib/binfmt.d/two.conf':
        '# comment\n; another\n\n  :one:M::\\x01\\x02ABC::/bin/true:OC  \nnonsense\n:brick:M::\\x7fELF::/bin/true:\n',
      '/usr/lib/binfmt.d/gone.conf': `:gone:E::gone-ext::${world.dir}/nothing:\n`,
    });
    symlinkSync('/dev/null', `${root}/etc/binfmt.d/null.conf`);
    const daemon = await world.startVerified({
      flags: ['--binfmt-d', 'true'],
      env: { BINFMT_KEEPER_BINFMT_D_ROOT: root },
    });
    await daemon.healed('over', 'missing');
    await daemon.healed('one', 'missing');
    assert.deepEqual(
      daemon
        .names()
        .filter((n) => !n.startsWith('keeper-'))
        .sort(),
      ['one', 'over'],
    );
    assert.match(readFileSync(`${world.main}/over`, 'latin1'), /over-ext/);
    const report = await daemon.problem('kept-without-interpreter');
    assert.deepEqual(
      report.problems.filter((p) => p.code === 'binfmt-d-invalid').map((p) => p.subject),
      [`${root}/usr/local/lib/binfmt.d/two.conf:5`],
    );
    assert.match(problem(report, 'handler-refused')?.detail ?? '', /two\.conf:6: magic/);
    world.must('/bin/true');
    const since = Date.now();
    const from = daemon.log.length;
    world.write(`${world.main}/status`, '-1');
    await daemon.healed('one', 'missing', from);
    await daemon.verified(since);
    return undefined;
  },

  'binfmtD: formats of binfmt-support are kept where its tool is, and what nobody means is told, never registered':
    async (world) => {
      const root = binfmtD(world, {
        '/usr/sbin/update-binfmts': '#!/bin/sh\n',
        '/usr/share/binfmts/bitcode': 'package llvm\ninterpreter /bin/true\nmagic BC\n',
        '/usr/share/binfmts/decided':
          'package d\ninterpreter /bin/true\nmagic \\x01\\x02\ndetector /bin/false\n',
        '/usr/share/binfmts/over': 'package o\ninterpreter /bin/true\nextension lost-ext\n',
        '/usr/share/binfmts/bitcode.dpkg-old': 'package llvm\ninterpreter /bin/true\nmagic XY\n',
        '/etc/binfmt.d/a.conf':
          ':over:E::over-ext::/bin/true:\n:hexed:M::cafebabe::/bin/true:\n:args:E::x-ext::/bin/true -x:\n:flags:E::y-ext::/bin/true:P,O\n',
      });
      const daemon = await world.startVerified({
        flags: ['--binfmt-d', 'true'],
        env: { BINFMT_KEEPER_BINFMT_D_ROOT: root },
      });
      await daemon.healed('bitcode', 'missing');
      await daemon.healed('over', 'missing');
      const names = daemon.names().filter((n) => !n.startsWith('keeper-'));
      assert.deepEqual(names.sort(), ['bitcode', 'over']);
      assert.match(readFileSync(`${world.main}/bitcode`, 'latin1'), /flags: \noffset 0\nmagic 4243\n/);
      assert.match(readFileSync(`${world.main}/over`, 'latin1'), /over-ext/);
      const { problems } = await daemon.problem('binfmt-d-invalid');
      const told = problems.filter((p) => p.code === 'binfmt-d-invalid').map((p) => p.detail);
      assert.equal(told.length, 3);
      assert.match(told.join('\n'), /magic looks hexadecimal .* write \\xca\\xfe\\xba\\xbe/);
      assert.match(told.join('\n'), /interpreter must be the path of one program, without arguments/);
      assert.match(told.join('\n'), /flags must be letters of POCF and nothing between them: write PO/);
      writeFileSync(
        `${root}/usr/share/binfmts/later`,
        'package l\ninterpreter /bin/true\nextension later-ext\n',
      );
      await daemon.healed('later', 'missing');
      return undefined;
    },

  'binfmtD: a file that changes, comes or goes is obeyed; what others registered is left alone': async (
    world,
  ) => {
    mkdirSync(`${world.dir}/root/run`, { recursive: true });
    const root = binfmtD(world, {
      '/etc/binfmt.d/a.conf': ':a:E::old-ext::/bin/true:\n:b:E::b-ext::/bin/true:\n',
    });
    mountMain(world);
    world.write(`${world.main}/register`, ':a:E::old-ext::/bin/true:');
    world.write(`${world.main}/register`, ':b:E::theirs-ext::/bin/true:');
    const daemon = await world.startVerified({
      flags: ['--binfmt-d', 'true'],
      env: { BINFMT_KEEPER_BINFMT_D_ROOT: root },
    });
    assert.equal(problem(await daemon.problem('declared-differs'), 'declared-differs')?.subject, 'b');
    writeFileSync(`${root}/etc/binfmt.d/a.conf`, ':a:E::new-ext::/bin/true:\n:b:E::b-ext::/bin/true:\n');
    await daemon.healed('a', 'drifted');
    assert.match(readFileSync(`${world.main}/a`, 'latin1'), /new-ext/);
    assert.match(readFileSync(`${world.main}/b`, 'latin1'), /theirs-ext/);
    mkdirSync(`${root}/run/binfmt.d`);
    writeFileSync(`${root}/run/binfmt.d/c.conf`, ':c:E::c-ext::/bin/true:\n');
    await daemon.healed('c', 'missing');
    writeFileSync(`${root}/etc/binfmt.d/a.conf`, '');
    const since = Date.now();
    await daemon.reported('that a is not kept', (r) => rowOf(r, 'a') === undefined, since);
    world.write(`${world.main}/a`, '-1');
    await pause(quiet);
    assert.deepEqual(
      daemon
        .names()
        .filter((n) => !n.startsWith('keeper-'))
        .sort(),
      ['b', 'c'],
    );
    return undefined;
  },

  'binfmtD: fifty restarts of systemd-binfmt beside the daemon: none fails, and no exec of ours': async (
    world,
  ) => {
    const name = `qemu-${target}`;
    const lines = [foreignLine(name, target, emulator), Buffer.from(':one:E::one-ext::/bin/true:')];
    const root = binfmtD(world, {
      '/usr/lib/binfmt.d/q.conf': Buffer.concat([...lines.flatMap((l) => [l, Buffer.from('\n')])]),
    });
    const daemon = await world.startVerified({
      flags: ['--binfmt-d', 'true'],
      env: { BINFMT_KEEPER_BINFMT_D_ROOT: root },
    });
    await daemon.healed('one', 'missing');
    const since = Date.now();
    for (let round = 0; round < 50; round++) {
      world.write(`${world.main}/status`, '-1');
      for (const [at, line] of lines.entries()) {
        // systemd removes the name first, which is gone already.
        const entry = `${world.main}/${[name, 'one'][at]}`;
        if (existsSync(entry)) world.write(entry, '-1');
        world.write(`${world.main}/register`, line);
        if (round % 5 === 0) await pause(3);
      }
    }
    await pause(quiet);
    const row = rowOf(await daemon.verified(since), target);
    assert.deepEqual([row?.state, row?.owner], ['ok', 'keeper']);
    assert.ok(daemon.names().includes(name) && daemon.names().includes('one'));
    return undefined;
  },

  'binfmtD: a line that gets past the rule is taken back, and programs of the host run again': async (
    world,
  ) => {
    const script = `${world.dir}/script`;
    writeFileSync(script, '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    const root = binfmtD(world, { '/etc/binfmt.d/a.conf': ':brick:M::#!::/bin/true:\n' });
    world.configure(`platforms: [${target}]\nbinfmtD: true\n`);
    const program = fileURLToPath(new URL('careless.child.ts', import.meta.url));
    const daemon = await world.startVerified({
      platforms: '',
      program,
      env: { BINFMT_KEEPER_BINFMT_D_ROOT: root },
    });
    const report = await daemon.problem('canary-failed');
    assert.equal(problem(report, 'canary-failed')?.subject, 'brick');
    await pause(quiet);
    assert.equal(daemon.names().includes('brick'), false);
    assert.equal(world.command(script).status, 7);
    return undefined;
  },

  'respect: with 0 in status entries are kept as before, nothing is ready, and the 0 stays': async (
    world,
  ) => {
    const daemon = await world.startVerified({ flags: ['--on-status-zero', 'respect'] });
    world.write(`${world.main}/status`, '0');
    await daemon.problem('status-zero');
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    const report = await daemon.reported('the heal', (r) => r.heals.total === 1);
    assert.equal(report.ready, false);
    assert.equal(readFileSync(`${world.main}/status`, 'latin1'), 'disabled\n');
    assert.match(readFileSync(`${world.main}/${ours}`, 'latin1'), /^enabled\n/);
    return undefined;
  },

  'names: a new prefix takes over without a gap, and nothing of the old one is left': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const since = Date.now();
    world.configure('names: fresh-\n');
    await daemon.reported(
      'the new names',
      (r) => r.ready && rowOf(r, target)?.name === `fresh-${target}`,
      since,
    );
    await prober.assertUnbroken();
    await daemon.verified(since);
    assert.deepEqual(daemon.names().sort(), [`fresh-${target}`, `fresh-${other}`].sort());
    return undefined;
  },

  'onStop: remove takes ours away and nothing else': async (world) => {
    mountMain(world);
    world.write(`${world.main}/register`, ':mine:E::mine-ext::/bin/true:');
    world.configure('handlers: [{name: own, extension: own-ext, interpreter: /bin/true}]\n');
    const daemon = await world.startVerified({ flags: ['--on-stop', 'remove'] });
    assert.ok(daemon.names().includes('own'));
    world.must('mountpoint', '-q', world.main);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.equal(existsSync(`${world.main}/mine`), true);
    for (const gone of [ours, `keeper-${other}`, 'own'])
      assert.equal(existsSync(`${world.main}/${gone}`), false, gone);
    return undefined;
  },

  "in-place: the distribution's file serves where it is, also after a restart, and nothing is copied": async (
    world,
  ) => {
    const options = { flags: ['--interpreters-deploy', 'in-place'] };
    const daemon = await world.startVerified(options);
    assert.match(
      readFileSync(`${world.main}/${ours}`, 'latin1'),
      new RegExp(`interpreter ${realpathSync(emulator)}\n`),
    );
    await daemon.ended('SIGKILL');
    const next = await world.startVerified(options);
    assert.equal(
      next.log.some((l) => l.msg === 'the state file was set aside'),
      false,
    );
    world.write(`${world.main}/${ours}`, '-1');
    await next.healed(ours, 'missing');
    assert.equal(
      existsSync(world.store) && readFileSync(`${world.main}/${ours}`, 'latin1').includes(world.store),
      false,
    );
    return undefined;
  },

  'credentials: a list gives C to these platforms only': async (world) => {
    const daemon = await world.startVerified({ flags: ['--credentials', target] });
    const report = await daemon.verified();
    assert.match(rowOf(report, target)?.flags ?? '', /C/);
    assert.doesNotMatch(rowOf(report, other)?.flags ?? '', /C/);
    return undefined;
  },

  'readiness: only the platforms that are required count': async (world) => {
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    copyFileSync(emulator, `${sources}/qemu-${target}-static`);
    const flags = ['--interpreters-sources', sources, '--readiness-required'];
    const lacking = world.start({ flags: [...flags, `${target},${other}`] });
    const report = await lacking.problem('source-missing');
    assert.equal(report.ready, false);
    await lacking.ended('SIGTERM');
    const content = await world.startVerified({ flags: [...flags, target] });
    const rows = (await content.verified()).handlers.map((h) => [h.key, h.required]);
    assert.deepEqual(Object.fromEntries(rows), { [target]: true, [other]: false });
    return undefined;
  },

  'reload: a valid file is applied, an invalid one changes nothing and is named, by signal or by change':
    async (world) => {
      const daemon = await world.startVerified();
      world.configure('credentials: fals\n');
      const report = await daemon.problem('config-invalid');
      assert.match(problem(report, 'config-invalid')?.detail ?? '', /config\.yaml:1:14: credentials/);
      assert.match(rowOf(report, target)?.flags ?? '', /C/);
      const from = daemon.log.length;
      daemon.kill('SIGHUP');
      await daemon.logged('the next attempt', (l) => l.event === 'keeping', from);
      const since = Date.now();
      world.write(`${world.main}/${ours}`, '-1');
      await daemon.healed(ours, 'missing');
      assert.match(rowOf(await daemon.verified(since), target)?.flags ?? '', /C/);
      world.configure('credentials: false\n');
      daemon.kill('SIGHUP');
      const after = await daemon.reported(
        'no C',
        (r) => r.ready && !/C/.test(rowOf(r, target)?.flags ?? 'C'),
      );
      assert.equal(has(after, 'config-invalid'), false);
      return undefined;
    },

  'reload: what takes a restart is named as such, and the rest of the file is in force': async (world) => {
    const daemon = await world.startVerified({ platforms: '', env: { BINFMT_KEEPER_PLATFORMS: target } });
    const from = daemon.log.length;
    world.configure(`mounts: {main: ${world.dir}/elsewhere}\nresync: 7s\n`);
    const report = await daemon.problem('restart-needed');
    assert.match(problem(report, 'restart-needed')?.detail ?? '', /mounts\.main/);
    await daemon.logged('the reload', (l) => l.event === 'keeping', from);
    assert.equal(has(await daemon.verified(), 'config-invalid'), false);
    world.configure('{}\n');
    await daemon.reported('that it is gone', (r) => r.ready && !has(r, 'restart-needed'));
    return undefined;
  },

  'reload: a file that is being written is read when it is whole': async (world) => {
    const daemon = await world.startVerified({ platforms: '', env: { BINFMT_KEEPER_PLATFORMS: target } });
    const seen: unknown[] = [];
    const file = openSync(world.config, 'w');
    writeSync(file, 'names: half-\n#');
    daemon.kill('SIGHUP');
    for (let step = 0; step < 12; step++) {
      await pause(100);
      seen.push(...daemon.names().filter((n) => n.startsWith('half-')));
    }
    writeSync(file, ' and\ncredentials: false\n');
    closeSync(file);
    const report = await daemon.reported(
      'the whole file',
      (r) => r.ready && r.handlers[0]?.name === `half-${target}`,
    );
    assert.doesNotMatch(report.handlers[0]?.flags ?? 'C', /C/);
    assert.deepEqual(seen, []);
    return undefined;
  },

  'an own handler whose name somebody else has is named, and theirs is left alone': async (world) => {
    mountMain(world);
    world.write(`${world.main}/register`, ':jar:E::theirs-ext::/bin/true:');
    const theirs = readFileSync(`${world.main}/jar`, 'latin1');
    world.configure('handlers: [{name: jar, extension: jar, interpreter: /bin/false}]\n');
    const daemon = await world.startVerified();
    const report = await daemon.problem('name-taken');
    assert.equal(problem(report, 'name-taken')?.subject, 'jar');
    assert.equal(rowOf(report, 'jar')?.owner, 'foreign');
    await daemon.logged('it', (l) => l.problem === 'name-taken');
    assert.equal(readFileSync(`${world.main}/jar`, 'latin1'), theirs);
    world.write(`${world.main}/jar`, '-1');
    await daemon.healed('jar', 'missing');
    await daemon.reported('no such problem', (r) => !has(r, 'name-taken'));
    return undefined;
  },

  'a platform whose name somebody else has is named under every prefix, and theirs is left alone': async (
    world,
  ) => {
    mountMain(world);
    for (const prefix of ['qemu-', 'keeper-', 'Qemu_']) {
      const name = `${prefix}${target}`;
      world.register(name, '/bin/cat', '');
      const theirs = readFileSync(`${world.main}/${name}`, 'latin1');
      const { ino } = statSync(`${world.main}/${name}`);
      const daemon = world.start({ platforms: target, flags: ['--names', prefix] });
      const report = await daemon.problem('name-taken');
      assert.equal(problem(report, 'name-taken')?.subject, name);
      assert.equal(report.ready, false);
      assert.equal(readFileSync(`${world.main}/${name}`, 'latin1'), theirs);
      assert.equal(statSync(`${world.main}/${name}`).ino, ino);
      const since = Date.now();
      world.write(`${world.main}/${name}`, '-1');
      await daemon.verified(since);
      assert.equal(await daemon.ended('SIGTERM'), 0);
      world.must('sh', '-c', `echo -1 >${world.main}/${name}`);
    }
    return undefined;
  },

  'a name of our own that somebody took comes back, one that other tools use as well is left to them': async (
    world,
  ) => {
    for (const [prefix, back] of [
      ['keeper-', true],
      ['qemu-', false],
    ] as const) {
      const name = `${prefix}${target}`;
      const daemon = await world.startVerified({
        platforms: target,
        flags: ['--names', prefix, '--resync', '1s'],
      });
      daemon.kill('SIGSTOP');
      world.write(`${world.main}/${name}`, '-1');
      world.register(name, '/bin/cat', '');
      const { ino } = statSync(`${world.main}/${name}`);
      const since = Date.now();
      daemon.kill('SIGCONT');
      if (back) await daemon.verified(since);
      else await daemon.problem('name-taken');
      assert.equal(statSync(`${world.main}/${name}`).ino === ino, !back, prefix);
      assert.equal(await daemon.ended('SIGTERM'), 0);
      world.must('sh', '-c', `echo -1 >${world.main}/${name}`);
    }
    return undefined;
  },

  'what is wrong with a mount is logged once, and its end too': async (world) => {
    const daemon = await world.startVerified();
    world.must('mount', '-t', 'tmpfs', 'over', world.main);
    await daemon.logged('it', (l) => l.problem === 'main-covered' && l.level === 40);
    world.write(`${daemon.instance()}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    world.must('umount', world.main);
    await daemon.logged('its end', (l) => l.problem === 'main-covered' && l.level === 30);
    assert.equal(daemon.log.filter((l) => l.problem === 'main-covered').length, 2);
    return undefined;
  },

  'in a container, an own handler with F for another file than the host has there is refused': async (
    world,
  ) => {
    for (const dir of ['here', 'image']) {
      mkdirSync(`${world.dir}/${dir}`);
      copyFileSync(emulator, `${world.dir}/${dir}/emulator`);
      copyFileSync(emulator, `${world.dir}/${dir}/other`);
    }
    world.configure(
      [
        `platforms: [${target}]`,
        'handlers:',
        `  - {name: image, extension: image-ext, interpreter: ${world.dir}/here/emulator, flags: F}`,
        `  - {name: host, extension: host-ext, interpreter: ${emulator}, flags: F}`,
        `  - {name: loose, extension: loose-ext, interpreter: ${world.dir}/here/other}`,
      ].join('\n'),
    );
    const report = await inContainer(world);
    assert.equal(problem(report, 'interpreter-elsewhere')?.subject, 'image');
    assert.deepEqual(
      report.handlers.map((h) => [h.key, h.owner]).sort(),
      [
        [target, 'keeper'],
        ['host', 'keeper'],
        ['image', 'none'],
        ['loose', 'keeper'],
      ].sort(),
    );
    assert.equal(problem(report, 'store-elsewhere')?.severity, 'notice');
    return undefined;
  },
});

/** The report of a daemon in a mount namespace of its own, beside a process 1 that sees other files. */
async function inContainer(world: World): Promise<Report> {
  const enter = `mount --bind ${world.dir}/image ${world.dir}/here && mkdir -p ${world.store} && mount -t tmpfs -o mode=755 s ${world.store}`;
  const container = ['unshare', '-m', 'sh', '-c', `${enter} && exec "$@"`, 'sh'];
  // Process 1 is the shell, whose namespace has the files of the host.
  const host = ['unshare', '-mpf', '--mount-proc', 'sh', '-c', '"$@" & wait', 'sh'];
  const program = fileURLToPath(new URL('container.child.ts', import.meta.url));
  world.start({ prefix: [...host, ...container], platforms: '', program });
  return until('a report', () => {
    if (!existsSync(`${world.run}/report.json`)) return null;
    const report: Report = JSON.parse(readFileSync(`${world.run}/report.json`, 'utf8'));
    return report.ready ? report : null;
  });
}

/** What a host has before the keeper comes. */
function mountMain(world: World): void {
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
}

/** Files of binfmt.d directories below a root of the case's own. */
function binfmtD(world: World, files: Readonly<Record<string, string | Buffer>>): string {
  const root = `${world.dir}/root`;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(`${root}${path.slice(0, path.lastIndexOf('/'))}`, { recursive: true });
    writeFileSync(`${root}${path}`, text);
  }
  return root;
}

function stateText(world: World): string {
  return existsSync(`${world.run}/state.json`) ? readFileSync(`${world.run}/state.json`, 'utf8') : '';
}

function recorded(world: World, name: string): Promise<true> {
  const adopted = () => stateText(world).split('"adopted"')[1] ?? '';
  return until(`${name} in the state`, () => (adopted().includes(`"${name}"`) ? true : null));
}

function behind(world: World): string {
  return stateText(world).split('"behind"')[1] ?? '';
}

function rowOf(report: Report, key: string): Report['handlers'][number] | undefined {
  return report.handlers.find((h) => h.key === key);
}

function problem(report: Report, code: string): Report['problems'][number] | undefined {
  return report.problems.find((p) => p.code === code);
}

function has(report: Report, code: string): boolean {
  return problem(report, code) !== undefined;
}
