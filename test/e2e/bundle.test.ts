import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cli } from './cli.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { keeper, type World } from './world.ts';

function exported(world: World, to: string, sources: string, prefix: readonly string[] = []): void {
  const words = [
    'store',
    'export',
    '--platforms',
    targets.join(),
    '--interpreters-sources',
    sources,
    '-o',
    to,
  ];
  const { status, said } = cli(world, words, prefix);
  assert.equal(status, 0, said);
}

function sources(world: World, name: string, order: readonly string[]): string {
  const dir = `${world.dir}/${name}`;
  mkdirSync(dir);
  for (const target of order) copyFileSync(`/usr/bin/qemu-${target}-static`, `${dir}/qemu-${target}-static`);
  return dir;
}

await suite(import.meta.url, 'bundles', {
  'the same emulators make the same bytes, whatever umask, time zone, language, times and order of the directory':
    async (world) => {
      const one = sources(world, 'one', targets);
      const other = sources(world, 'other', targets.toReversed());
      world.must('sh', '-c', 'touch -d @1000000 "$1"/*', 'sh', other);
      exported(world, `${world.dir}/a.tar`, one, ['sh', '-c', 'umask 000; exec "$@"', 'sh']);
      exported(world, `${world.dir}/b.tar`, other, [
        'sh',
        '-c',
        'umask 077; TZ=Asia/Tokyo LANG=de_DE.UTF-8 exec "$@"',
        'sh',
      ]);
      const [a, b] = ['a', 'b'].map((name) => readFileSync(`${world.dir}/${name}.tar`));
      assert.ok(a !== undefined && b !== undefined && a.equals(b));
      assert.equal(statSync(`${world.dir}/b.tar`).mode & 0o777, 0o644);
      return undefined;
    },

  'a node without any source serves what was imported, and where tells the bundle': async (world) => {
    const bundle = `${world.dir}/bundle.tar`;
    exported(world, bundle, '/usr/bin');
    rmSync(world.store, { recursive: true, force: true });
    const none = `${world.dir}/none`;
    mkdirSync(none);
    const imported = cli(world, ['store', 'import', bundle]);
    assert.equal(imported.status, 0, imported.said);
    assert.equal(cli(world, ['store', 'verify']).status, 0);
    await world.startVerified({ flags: ['--interpreters-sources', none] });
    const traced = JSON.parse(cli(world, ['where', 'linux/arm64', '-o', 'json']).said);
    assert.match(traced[0].origin, /^bundle .*bundle\.tar/);
    return undefined;
  },

  'what is no regular file is refused as output, and stays': async (world) => {
    const one = sources(world, 'one', targets);
    const fifo = `${world.dir}/fifo`;
    world.must('mkfifo', fifo);
    for (const to of [fifo, world.dir]) {
      const words = [
        'store',
        'export',
        '--platforms',
        targets.join(),
        '--interpreters-sources',
        one,
        '-o',
        to,
      ];
      const { status, said } = cli(world, words);
      assert.equal(status, 1, said);
      assert.match(said, to === fifo ? /no regular file/ : /directory/);
    }
    assert.ok(statSync(fifo).isFIFO() && statSync(world.dir).isDirectory());
    return undefined;
  },

  'a pipe that is cut off changes nothing': async (world) => {
    const bundle = `${world.dir}/bundle.tar`;
    exported(world, bundle, '/usr/bin');
    const half = readFileSync(bundle).subarray(0, 15_000_000);
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--no-warnings', keeper, 'store', 'import', '-'],
      {
        input: half,
        encoding: 'utf8',
        env: {
          ...process.env,
          BINFMT_KEEPER_SANDBOX: '1',
          BINFMT_KEEPER_INTERPRETERS_STORE: `${world.dir}/fresh`,
        },
      },
    );
    assert.equal(status, 1, stderr);
    assert.match(stderr, /bundle-invalid/);
    assert.throws(() => statSync(`${world.dir}/fresh`));
    return undefined;
  },
});
