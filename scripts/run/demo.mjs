// `npm run demo`: a sandbox, a real foreign program in it, five ways of breaking what runs it, and each repair. Needs no
// root, does not touch the host and leaves nothing. With --offline the program is one of the keeper's probes.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root, say } from './say.mjs';
import { prepare } from './start.mjs';

const platform = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';
const patience = 8000;

/** Returns the exit status: 0 where each loss was repaired and nothing is left. */
export async function run(node, args) {
  const flags = ['--platforms', platform];
  const { command, env } = await prepare(node, flags, true);
  const running = [];
  let asked = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      asked ??= signal;
      for (const child of running) child.kill('SIGTERM');
    });
  // A group of its own: a Ctrl-C reaches us alone, and everything ends in order.
  const start = (words, stdio) => {
    const child = spawn(command[0], [...command.slice(1), ...words], { env, stdio, detached: true });
    child.ended = new Promise((resolve) => {
      child.on('error', () => resolve(127));
      child.on('close', (status, signal) => resolve(status ?? 128 + constants.signals[signal]));
    });
    running.push(child);
    return child;
  };
  const daemon = start(
    ['run', '--sandbox', '--http-listen', 'off', '--log-level', 'error', ...flags],
    ['ignore', 'inherit', 'pipe'],
  );
  const inside = await madeBy(daemon);
  const sandbox = inside === null ? null : sandboxOf(inside);
  let status = 1;
  if (inside !== null && asked === null) {
    const script = join(root, 'scripts/run/demo-inside.mjs');
    const shown = start(
      ['enter', '--pid', inside, '--', node.path, script, String(daemon.pid), platform, ...args],
      // Its end tells the inner program that we have ended, however.
      ['pipe', 'inherit', 'inherit'],
    );
    status = await shown.ended;
  }
  daemon.kill('SIGTERM');
  const late = setTimeout(() => daemon.kill('SIGKILL'), patience);
  await daemon.ended;
  clearTimeout(late);
  const left = sandbox === null ? '' : await whatIsLeft(sandbox.namespace);
  if (sandbox !== null) closeSync(sandbox.held);
  say(
    left === ''
      ? 'the sandbox has ended: no process, no mount and no directory of it is left'
      : `left: ${left}`,
  );
  if (asked !== null) return 128 + constants.signals[asked];
  return left === '' ? status : 1;
}

/** The process inside, once the daemon has told that the sandbox is made; null where it ended before. */
async function madeBy(daemon) {
  const line = new Promise((resolve) => {
    daemon.stderr.setEncoding('utf8').on('data', (text) => {
      if (text.includes('private instance')) resolve(true);
      else process.stderr.write(text);
    });
  });
  if (!(await Promise.race([line, daemon.ended.then(() => false)]))) return null;
  return readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').trim().split(' ')[0] || null;
}

/** The sandbox's mount namespace. While it is held open, the kernel gives its number to no other one. */
function sandboxOf(pid) {
  try {
    const held = openSync(`/proc/${pid}/ns/mnt`);
    return { namespace: namespaceOf(pid), held };
  } catch {
    return null; // it ended
  }
}

/** Processes in the mount namespace, and so its mounts and directories; they end within a moment. */
async function whatIsLeft(namespace) {
  for (let tries = 0; ; tries++) {
    const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && namespaceOf(pid) === namespace);
    if (pids.length === 0) return '';
    if (tries === 40) return `processes ${pids.map((pid) => `${pid} ${stateOf(pid)}`).join(', ')}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What it is and does, as far as it can be told. */
function stateOf(pid) {
  try {
    return `(${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()})`;
  } catch {
    return '(ended)';
  }
}

function namespaceOf(pid) {
  try {
    return existsSync(`/proc/${pid}`) ? readlinkSync(`/proc/${pid}/ns/mnt`) : undefined;
  } catch {
    return undefined; // it ended, or is not ours to look at
  }
}
