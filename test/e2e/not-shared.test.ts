import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { Report } from '../../src/core/report/report.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import { keeper, type World } from './world.ts';

const [target] = targets;
const run = '/run/binfmt-keeper';

await suite(import.meta.url, 'a host whose /run is not shared, and the volume that README recommends', {
  'the daemon says that its end would lose the entries, which is so; the remedy, typed as it stands, helps':
    async (world) => {
      hostWithout(world);
      const lost = container(world, 'run');
      const report = await reported(world, (r) => r.problems.some((p) => p.code === 'anchor-not-shared'));
      assert.ok(report.ready && runs(world));
      const [problem] = report.problems.filter((p) => p.code === 'anchor-not-shared');
      assert.match(problem?.detail ?? '', /shared, but with nobody/);
      lost.kill();
      await until('the entries gone', () => (runs(world) ? null : true));

      typeRemedy(world, problem?.remedy ?? '');
      const since = Date.now();
      const kept = container(world, 'run');
      await reported(world, (r) => r.ready && r.at > since);
      // The look comes after the first proofs; what it would have found is shown below.
      await pause(1500);
      const codes = (await reported(world, (r) => r.at > since)).problems.map((p) => p.code);
      assert.ok(!codes.includes('anchor-not-shared'), codes.join());
      kept.kill();
      await pause(500);
      assert.ok(runs(world), 'the host keeps the anchor');
      return undefined;
    },

  'install says so too, and advises what is not there yet': async (world) => {
    hostWithout(world);
    const words = ['install', target, '-o', 'json'];
    const first = await container(world, ...words).ended;
    assert.equal(first.status, 1, first.said);
    const [problem] = (JSON.parse(first.stdout) as Report).problems.filter((p) => p.code === 'not-lasting');
    assert.doesNotMatch(problem?.remedy ?? '', / -v /);
    await until('the entries gone', () => (runs(world) ? null : true));
    typeRemedy(world, problem?.remedy ?? '');
    const second = await container(world, ...words).ended;
    assert.equal(second.status, 0, second.said);
    assert.ok(runs(world));
    return undefined;
  },

  'a daemon whose anchor the host gets, or beside a mount of the host, says nothing of the kind': async (
    world,
  ) => {
    hostWithout(world);
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    const since = Date.now();
    const daemon = container(world, 'run');
    await reported(world, (r) => r.ready && r.at > since);
    await pause(1500);
    const codes = (await reported(world, (r) => r.at > since)).problems.map((p) => p.code);
    assert.ok(!codes.includes('anchor-not-shared'), codes.join());
    daemon.kill();
    await pause(500);
    assert.ok(runs(world), 'the host has a mount of its own');
    return undefined;
  },
});

/** A /run of the world's own that is shared with nobody, with the directory of the volume; findmnt names two of them. */
function hostWithout(world: World): void {
  world.command('umount', '-a', '-t', 'binfmt_misc');
  for (let n = 0; n < 2; n++) world.must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run');
  world.must('mount', '--make-private', '/run');
  mkdirSync(run);
}

/** The part of a remedy that is to be typed. */
function typeRemedy(world: World, remedy: string): void {
  const [typed = ''] = /mount --make-shared "\$\([^)]*\)"/.exec(remedy) ?? [];
  assert.notEqual(typed, '', remedy);
  world.must('sh', '-c', typed);
}

/** The program as process 1 of a container, which has `-v /run/binfmt-keeper:/run/binfmt-keeper:rshared`. */
function container(world: World, ...words: readonly string[]) {
  const volume = [
    `mount --bind ${run} /mnt && umount -l /run && mount -t tmpfs tmpfs /run && mkdir ${run}`,
    `mount --bind /mnt ${run} && mount --make-rshared ${run} && umount -l /mnt`,
  ].join(' && ');
  const proc = `umount -l ${world.main} 2>/dev/null; mount -t proc proc /proc`;
  const child = spawn(
    'unshare',
    [
      ...['-mpf', '--propagation', 'unchanged', '--kill-child', 'sh', '-c'],
      ...[
        `${volume} && { ${proc}; } && exec "$@"`,
        'sh',
        process.execPath,
        '--no-warnings',
        keeper,
        ...words,
      ],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        BINFMT_KEEPER_SANDBOX: '1',
        BINFMT_KEEPER_INTERPRETERS_STORE: world.store,
        BINFMT_KEEPER_PLATFORMS: target,
        BINFMT_KEEPER_HTTP_LISTEN: 'off',
      },
    },
  );
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  const ended = new Promise<{ status: number | null; stdout: string; said: string }>((resolve) =>
    child.on('close', (status) =>
      resolve({ status, stdout: texts.stdout, said: `${texts.stdout}${texts.stderr}` }),
    ),
  );
  return { ended, kill: () => child.kill('SIGKILL') };
}

function reported(world: World, fits: (report: Report) => boolean): Promise<Report> {
  const file = `${run}/report.json`;
  return until('a report that fits', () => {
    const report: Report | null = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
    return report !== null && fits(report) && existsSync(world.probe(target)) ? report : null;
  });
}

function runs(world: World): boolean {
  const file = world.probe(target);
  const { status, stdout } = spawnSync(file, { input: 'x', encoding: 'utf8', timeout: 20_000 });
  return status === 0 && stdout === `${file}\n`;
}
