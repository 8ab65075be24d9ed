import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../e2e/until.ts';
import { installs, makeProject } from './project.ts';

/** An npm that begins, says who it is, starts a child and goes on for ever, whatever it is told. */
const stubborn = `
  import { spawn } from 'node:child_process';
  mkdirSync('node_modules/half', { recursive: true });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  const child = spawn('sh', ['-c', 'trap "" INT TERM HUP; while :; do sleep 0.1; done'], { stdio: 'ignore' });
  writeFileSync('../pids', process.pid + ' ' + child.pid);
  setInterval(() => {}, 1000);`;

const canUnshare = spawnSync('unshare', ['-Urm', 'true']).status === 0;

const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
for (const [signal, expected] of Object.entries(statuses) as [NodeJS.Signals, number][])
  test(`${signal} while npm installs ends all of it before the exit, with ${expected}, and leaves nothing`, async (t) => {
    const project = makeProject(t);
    project.npm(stubborn);
    const run = project.start();
    const pids = await until('npm', () => readable(join(project.dir, 'pids')));
    run.kill(signal);
    run.kill(signal); // the terminal sends one, and npm hands on another
    assert.equal((await run.ended).status, expected);
    for (const pid of pids.split(' ')) assert.ok(isGone(pid), `process ${pid} goes on`);
    assert.deepEqual(project.leftovers(), []);
    assert.equal(existsSync(join(project.dir, 'node_modules')), false);
  });

test('after kill -9 the npm that goes on alone is ended by the next start', async (t) => {
  const project = makeProject(t);
  project.npm(stubborn);
  const run = project.start();
  const pids = await until('npm', () => readable(join(project.dir, 'pids')));
  run.kill('SIGKILL');
  await run.ended;
  project.npm(installs);
  const next = await project.run();
  assert.equal(next.status, 0, next.said);
  assert.match(next.said, /hello\n$/);
  assert.deepEqual(project.leftovers(), []);
  for (const pid of pids.split(' ')) await until(`${pid} to end`, () => (isGone(pid) ? true : null));
});

test('a start that was killed and that nobody has taken note of yet is over', async (t) => {
  const project = makeProject(t);
  project.npm(installs);
  // A zombie: its parent does not wait.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => parent.kill());
  const [said] = await once(parent.stdout, 'data');
  const zombie = String(said).trim();
  await until('a zombie', () =>
    /^\d+ \(sleep\) Z/.test(readable(`/proc/${zombie}/stat`) ?? '') ? true : null,
  );
  project.put(`.install-${zombie}/package.json`, '{}');
  assert.equal((await project.run()).status, 0);
  assert.deepEqual(project.leftovers(), []);
});

test('somebody who only looks into what a killed start left is left alone', async (t) => {
  const project = makeProject(t);
  project.npm(installs);
  project.put('.install-999999999/package.json', '{}');
  const shell = spawn('sleep', ['60'], { cwd: join(project.dir, '.install-999999999') });
  t.after(() => shell.kill());
  const { status, said } = await project.run();
  assert.equal(status, 0, said);
  assert.equal(shell.exitCode ?? shell.signalCode, null);
});

test('a half-installed tree is made whole, also where node_modules has files that no package owns', async (t) => {
  const project = makeProject(t);
  project.npm(installs);
  project.put('node_modules/leaf/index.js', '');
  project.put('node_modules/.other/file', '');
  const { status, said } = await project.run();
  assert.equal(status, 0, said);
  assert.match(said, /node_modules is incomplete/);
  assert.equal(existsSync(join(project.dir, 'node_modules/.other')), false);
  assert.match((await project.run()).said, /^hello\n$/);
});

test('of two that install at once both go on', async (t) => {
  const project = makeProject(t);
  project.npm(`await new Promise((resolve) => setTimeout(resolve, 300)); ${installs}`);
  const ended = await Promise.all([project.run(), project.run(), project.run()]);
  for (const { status, said } of ended) assert.equal(status, 0, said);
  assert.deepEqual(project.leftovers(), []);
});

const refusals: [string, RegExp][] = [
  ['ENOTFOUND', /npm error code ENOTFOUND\n(.|\n)*no connection to the registry \(ENOTFOUND\)/],
  ['E401', /the registry refused \(E401\)/],
  ['ENOSPC', /the disk is full/],
  ['EINTEGRITY', /see above what npm says of EINTEGRITY/],
];
for (const [code, expected] of refusals)
  test(`npm's ${code} is shown and explained, and what was installed stays`, async (t) => {
    const project = makeProject(t);
    project.npm(`mkdirSync('node_modules'); console.error('npm error code ${code}'); process.exitCode = 7;`);
    project.put('node_modules/earlier/package.json', '{}');
    const { status, said } = await project.run();
    assert.equal(status, 7);
    assert.match(said, expected);
    assert.ok(existsSync(join(project.dir, 'node_modules/earlier')));
    assert.deepEqual(project.leftovers(), []);
  });

test('a package for this machine that npm left out is named', async (t) => {
  const project = makeProject(t);
  const native = { version: '2.0.0', optional: true, cpu: process.arch, os: 'linux' };
  const packages = { 'node_modules/leaf': { version: '1.0.0' }, 'node_modules/native': native };
  project.put('package-lock.json', JSON.stringify({ packages }));
  project.npm(installs);
  const { status, said } = await project.run();
  assert.equal(status, 1);
  assert.match(said, /everything but native 2\.0\.0/);
});

test('a pinned Node that cannot be executed is passed over: the one that runs this is new enough', async (t) => {
  const project = makeProject(t);
  project.npm(installs);
  assert.equal((await project.run()).status, 0);
  // As where the loader of another C library is missing: the file is there, and the kernel says ENOENT.
  const path = `node_modules/node-linux-${process.arch}/bin/node`;
  project.put(path, '#!/nowhere/ld-musl.so.1\n');
  chmodSync(join(project.dir, path), 0o755);
  const { status, said } = await project.run();
  assert.equal(status, 0, said);
  assert.match(said, /^hello\n$/);
});

test('a project in which this user may not write is refused before npm runs, and npm is not needed', async (t) => {
  const project = makeProject(t);
  project.npm(installs);
  chmodSync(project.dir, 0o555);
  const { status, said } = await project.run({ asNobody: true });
  chmodSync(project.dir, 0o755);
  assert.equal(status, 1);
  assert.match(said, /may not write there .*\n?.*sudo chown -R \S+ \//);
  assert.equal(existsSync(join(project.dir, 'node_modules')), false);
});

const notRoot = process.getuid?.() !== 0 && 'needs root, and another uid';
test('what root makes in the project of a user belongs to the user', { skip: notRoot }, async (t) => {
  const project = makeProject(t);
  project.npm(installs);
  project.put(
    'hello.mjs',
    "import { mkdirSync } from 'node:fs'; mkdirSync('dist/part', { recursive: true });",
  );
  chownSync(project.dir, 65_534, 65_534);
  const { status, said } = await project.run();
  assert.equal(status, 0, said);
  for (const path of ['node_modules', 'node_modules/leaf/package.json', 'dist/part'])
    assert.equal(statSync(join(project.dir, path)).uid, 65_534, path);
});

test('a read-only file system is named', { skip: !canUnshare && 'no user namespaces' }, async (t) => {
  const project = makeProject(t);
  project.npm(installs);
  const script =
    'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && exec "$2" scripts/run/run.cjs hello.mjs';
  const args = ['-Urm', '--propagation', 'private', 'sh', '-c', script, 'sh', project.dir, process.execPath];
  const { status, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /is on a read-only file system; copy the project/);
});

test('where node_modules is a mount point, what is in it is exchanged', {
  skip: !canUnshare && 'no user namespaces',
}, (t) => {
  const project = makeProject(t);
  project.npm(installs);
  project.put('node_modules/earlier/file', '');
  const script =
    'mount -t tmpfs none "$1/node_modules" && cd "$1" && mkdir node_modules/old && "$2" scripts/run/run.cjs hello.mjs && ls node_modules';
  const args = ['-Urm', '--propagation', 'private', 'sh', '-c', script, 'sh', project.dir, process.execPath];
  const { status, stdout, stderr } = spawnSync('unshare', args, {
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: join(project.dir, 'npm/npm-cli.js') },
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, 'hello\nleaf\n');
});

test('npm test refuses a word that is no directory of tests, and says which there are', () => {
  const launcher = fileURLToPath(new URL('../../scripts/run/run.cjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [launcher, 'test', 'nosuch'], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /no tests are called nosuch; there are .*core.*setup/);
});

function readable(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') || null : null;
}

/** Ended, reaped or not. */
function isGone(pid: string): boolean {
  const status = readable(`/proc/${pid}/stat`);
  return status === null || / Z /.test(status);
}
