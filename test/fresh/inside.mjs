// Runs inside a fresh root, on the Node that is there: does what a newcomer does, and says of each step how it went as a
// line of JSON. Plain JavaScript, as old as the oldest Node in the matrix.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [directory, port, ...steps] = process.argv.slice(2);
process.chdir(directory);

const known = { old, offline, interrupted, killed, start, qemu, test };
for (const step of steps) {
  const [name, ...words] = step.split(':');
  const began = Date.now();
  let well = true;
  let note = '';
  try {
    note = (await known[name](...words)) ?? '';
  } catch (error) {
    well = false;
    note = error.message;
  }
  console.log(
    JSON.stringify({ step: name, words, seconds: Math.round((Date.now() - began) / 1000), well, note }),
  );
  if (!well) process.exit(1);
}

/** A Node that is too old: refused before anything is installed. */
async function old() {
  const npm = run('start');
  must((await npm.ended) === 1, 'npm start did not end with 1');
  must(npm.log().includes('Node 20.19 or later is needed'), 'it does not say which Node is needed');
  must(!readdirSync('.').includes('node_modules'), 'something was installed');
  const advice = /npm exec --yes --package=\S+ -- npm run start/.exec(npm.log());
  must(advice !== null, 'it does not say what to do');
  // What it says works: the build stands for all the rest.
  const build = command(
    'npm',
    advice[0]
      .replace(/start$/, 'build')
      .split(' ')
      .slice(1),
    'build.log',
  );
  must((await build.ended) === 0, `what it advises fails: ${build.log()}`);
}

/** No network: npm's words, and then what they mean. */
async function offline() {
  const npm = command('unshare', ['-Urn', 'npm', '--cache=/tmp/empty', 'start'], 'offline.log');
  must((await npm.ended) !== 0, 'npm start ended well without a network');
  must(/^npm (ERR!|error) /m.test(npm.log()), 'what npm says is hidden');
  must(/(no|without a) connection to the registry/.test(npm.log()), 'it does not say what is wrong');
  must(leftovers().length === 0 && !readdirSync('.').includes('node_modules'), 'something was left');
}

/** Ctrl-C, which the terminal sends to all of its foreground group, while npm ci runs. */
async function interrupted() {
  const npm = await installing();
  const asked = Date.now();
  npm.signal('SIGINT');
  const status = await npm.ended;
  must(status === 130, `the exit status after SIGINT is ${status}`);
  must(Date.now() - asked < 5000, `it took ${Date.now() - asked} ms to end`);
  must(others().length === 0, `still running: ${others().join('; ')}`);
}

/** kill -9 cannot be handed on: what goes on alone must not be in the way of the next start. */
async function killed() {
  const npm = await installing();
  npm.signal('SIGKILL');
  await npm.ended;
}

/** `npm start` until it is ready; ended by SIGTERM. */
async function start() {
  const npm = run('start');
  let ended = null;
  void npm.ended.then((status) => {
    ended = status;
  });
  while (!(await isReady())) {
    must(ended === null, `npm start ended with ${ended}`);
    await sleep(200);
  }
  npm.signal('SIGTERM', npm.pid); // as a supervisor does: to npm alone
  must((await npm.ended) === 0, `the exit status after SIGTERM is ${ended}`);
  must(others().length === 0, `still running: ${others().join('; ')}`);
  must(leftovers().length === 0, `a half installed tree was left: ${leftovers().join(', ')}`);
  const { stdout } = spawnSync('du', ['-sm', `${process.env.HOME}/.cache/binfmt-keeper`], {
    encoding: 'utf8',
  });
  return `${versions()}; ${Number.parseInt(stdout, 10)} MB in the cache`;
}

/** Debian's QEMU: without it the tests leave out whatever executes a foreign program. */
async function qemu() {
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'qemu-user-static']])
    must((await command('apt-get', args, 'apt.log').ended) === 0, `apt-get ${args[0]} fails`);
}

async function test(...words) {
  const npm = run('test', ...(words.length > 0 ? ['--', ...words] : []));
  must((await npm.ended) === 0, 'npm test fails');
  const figure = (what) => Number(new RegExp(`ℹ ${what} (\\d+)`).exec(npm.log())?.[1]);
  return `${figure('pass')} passed, ${figure('skipped')} left out`;
}

function versions() {
  const npm = spawnSync('npm', ['--version'], { encoding: 'utf8' }).stdout.trim();
  return `Node ${process.versions.node}, npm ${npm}`;
}

function leftovers() {
  return readdirSync('.').filter((name) => name.startsWith('.install-'));
}

async function installing() {
  const npm = run('start');
  while (!npm.log().includes('installing packages')) await sleep(50);
  await sleep(2500);
  return npm;
}

function run(...args) {
  return command('npm', args, `${args[0]}.log`);
}

function command(program, args, logFile) {
  const path = `/tmp/${logFile}`;
  const fd = openSync(path, 'w');
  const env = { ...process.env, BINFMT_KEEPER_HTTP_LISTEN: `127.0.0.1:${port}` };
  if (args[0] === 'test') delete env.BINFMT_KEEPER_HTTP_LISTEN;
  const child = spawn(program, args, { detached: true, stdio: ['ignore', fd, fd], env });
  closeSync(fd);
  return {
    pid: child.pid,
    log: () => readFileSync(path, 'utf8'),
    signal: (signal, whom = -child.pid) => process.kill(whom, signal),
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (status) => {
        process.stderr.write(`--- ${program} ${args.join(' ')}: ${status}\n${readFileSync(path, 'utf8')}`);
        resolve(status);
      });
    }),
  };
}

async function isReady() {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

/** All other processes of this pid namespace but the one that reaps. */
function others() {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => pid !== '1' && pid !== String(process.pid)).flatMap(lineOf);
}

function lineOf(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
    return line === '' ? [] : [`${pid} ${line}`]; // a zombie has none
  } catch {
    return [];
  }
}

function must(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}
