import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { asStranger } from '../users.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import { keeper, type World } from './world.ts';

const [target, other] = targets;
const own = process.arch === 'arm64' ? 'arm64' : 'amd64';

const hidden = 'others may not look into this clone, as in /root';
const words = [...asStranger, process.execPath, '--no-warnings'];

await suite(
  import.meta.url,
  'a witness, with the rights of an ordinary user',
  {
    'says of each platform whether it runs, and by what': async (world) => {
      if (!mayRead(world)) return hidden;
      // Without an instance of its own the namespace has the host's.
      world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
      const none = witness(world, [target, own]);
      assert.equal(none.status, 1, none.said);
      assert.match(none.said, new RegExp(`^linux/\\S+ +fails +no entry runs it.*\\nlinux/${own} +native +`));
      await world.startVerified();
      const all = witness(world, [target, other, own]);
      assert.equal(all.status, 0, all.said);
      const lines = all.said.trimEnd().split('\n');
      assert.equal(lines.length, 3);
      assert.match(lines[0] ?? '', new RegExp(`^linux/\\S+ +runs +by \\S+/qemu-${target} in \\d+ ms$`));
      assert.match(lines[2] ?? '', /^linux\/\S+ +native +/);
      return undefined;
    },

    'takes the platforms from the report of the keeper, and without any says so': async (world) => {
      if (!mayRead(world)) return hidden;
      const at = ['env', `BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`];
      const none = witness(world, [], at);
      assert.equal(none.status, 3);
      assert.match(none.said, /no platforms are known: name them/);
      await world.startVerified();
      const { status, said } = witness(world, ['-o', 'json'], at);
      assert.equal(status, 0, said);
      const { verdict, from, platforms } = JSON.parse(said);
      assert.deepEqual([verdict, from], ['runs', 'report']);
      assert.deepEqual(platforms.map((p: { target: string }) => p.target).sort(), [...targets].sort());
      const named = witness(world, [], ['env', `BINFMT_KEEPER_PLATFORMS=${target}`]);
      assert.equal(named.status, 0, named.said);
      assert.equal(named.said.trimEnd().split('\n').length, 1);
      assert.equal(witness(world, ['linux/amr64']).status, 2);
      return undefined;
    },

    'tells how an interpreter fails: it dies without a word, has no format, is not there': async (world) => {
      if (!mayRead(world)) return hidden;
      world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
      const fails = (interpreter: string, flags: string): string => {
        world.register('broken', interpreter, flags);
        const { status, said } = witness(world, [target]);
        world.write(`${world.main}/broken`, '-1');
        assert.equal(status, 1, said);
        return said.replace(/^\S+ +/, '');
      };
      const dies = `${world.dir}/dies`;
      writeFileSync(dies, '#!/bin/sh\nkill -SEGV $$\n');
      chmodSync(dies, 0o755);
      assert.match(fails(dies, ''), /^fails +it ended by SIGSEGV \(139\).*interpreter-label/);
      const nonsense = `${world.dir}/nonsense`;
      writeFileSync(nonsense, '\x7fELF nonsense');
      chmodSync(nonsense, 0o755);
      assert.match(fails(nonsense, 'F'), /^fails +no entry runs it/);
      assert.match(fails(`${world.dir}/absent`, ''), /^fails +.*(ENOENT|not found)/);
      const forbidden = `${world.dir}/forbidden`;
      copyFileSync(`/usr/bin/qemu-${target}-static`, forbidden);
      chmodSync(forbidden, 0o700);
      assert.match(fails(forbidden, ''), /^fails +.*(EACCES|[Pp]ermission denied)/);
      return undefined;
    },

    'says of no platform that it fails where nothing at all can be executed': async (world) => {
      if (!mayRead(world)) return hidden;
      await world.startVerified();
      const { status, said } = witness(world, [target], ['prlimit', '--fsize=0']);
      assert.equal(status, 3, said);
      assert.match(said, /^linux\/\S+ +unknown/m);
      assert.match(said, /no program can be executed anywhere here.*\/tmp: .*memory: /);
      return undefined;
    },

    'goes on with --every, tells what changed and ends at once': async (world) => {
      if (!mayRead(world)) return hidden;
      const daemon = await world.startVerified();
      const [program = '', ...line] = [...words, keeper, 'witness', target, '--every', '100ms', '-o', 'json'];
      const child = world.child(program, line);
      let said = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      const verdicts = () => (said.match(/^\{.*\}$/gm) ?? []).map((text) => JSON.parse(text).verdict);
      await until('the first round', () => (verdicts().length > 0 ? true : null));
      assert.equal(await daemon.ended('SIGTERM'), 0);
      world.write(`${world.main}/status`, '-1');
      await until('the loss', () => (verdicts().includes('fails') ? true : null));
      assert.deepEqual(verdicts().slice(0, 2), ['runs', 'fails']);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      assert.equal(await ended, 0);
      assert.equal(verdicts().length, 2, 'what did not change is not told again');
      return undefined;
    },
  },
  'all',
);

function mayRead(world: World): boolean {
  const [program = '', ...args] = [...asStranger, 'test', '-r', keeper];
  return world.command(program, ...args).status === 0;
}

function witness(world: World, args: readonly string[], prefix: readonly string[] = []) {
  const [program = '', ...line] = [...prefix, ...words, keeper, 'witness', ...args];
  return world.command(program, ...line);
}
