// What `npm start`, `npm test` and `npm run check` have in common. Plain JavaScript on node: modules alone, for the
// oldest Node that the keeper supports, because it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's directory. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** From here on Node runs the sources without a build. */
export const stripsTypes = [22, 18];

/** Installs the packages of package-lock.json where node_modules lacks any of them. */
export function installPackages() {
  if (packagesAreInstalled()) return;
  say('installing packages (npm ci)');
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  // No package needs its install script; koffi and esbuild bring their binaries with them.
  run(command, [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund']);
}

/** A Node of at least this version: the one that package-lock.json pins, else the one that runs this. */
export function nodeOf(minimum) {
  const candidates = [join(root, 'node_modules/.bin/node'), process.execPath];
  const seen = [];
  for (const path of candidates) {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    const version = stdout?.trim().replace(/^v/, '');
    if (!version) continue; // not installed, or built for another C library
    if (isAtLeast(version, minimum)) return { path, version };
    seen.push(version);
  }
  return fail(`Node ${minimum.join('.')} or later is needed; found ${seen.join(', ')}`);
}

/** Ends early where the Node that runs this is too old for the keeper itself. */
export function requireNode(minimum) {
  const { node } = process.versions;
  if (!isAtLeast(node, minimum)) fail(`Node ${minimum.join('.')} or later is needed; this is ${node}`);
}

/** Runs a step to its end and stays silent; a failure shows what it printed and ends everything with its status. */
export function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    ...options,
  });
  if (status === 0) return stdout;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  return fail(`${[command, ...args].join(' ')}: ${error?.message ?? `exit status ${status}`}`, status ?? 1);
}

/** Runs a step in the foreground, hands it our signals and returns its exit status. */
export function runInForeground(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`${command}: ${error.message}`));
    child.on('close', (status, signal) => resolve(status ?? 128 + constants.signals[signal]));
  });
}

/** One line for each step, on stderr: stdout belongs to the program that is started. */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Says why it cannot go on, and ends. */
export function fail(text, status = 1) {
  say(text);
  process.exit(status);
}

function packagesAreInstalled() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') || optional || link) return true;
    return installed[path]?.version === version;
  });
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
  } catch {
    return null;
  }
}

function isAtLeast(version, [major, minor]) {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
