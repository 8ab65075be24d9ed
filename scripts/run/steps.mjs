// Runs the programs that setup consists of: visibly, and so that none of them outlives it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fail, root, say } from './say.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long a step has after a signal: what it leaves half done is thrown away, so there is little to wait for. */
const stepPatience = 1000;
/** The same for programs that have something to put away. */
const programPatience = 5000;
/** What takes less is not worth a line. */
const noticeable = 1000;
const parent = process.env.npm_execpath === undefined ? null : process.ppid;

/**
 * Runs a program to its end and says how long it takes; returns its status and what it said. In a process group of its
 * own: a signal to us ends all of it before we end, with 128 and the signal's number. `live` shows its stderr at once.
 */
export async function step(title, command, args, options = {}) {
  const { live = false, ...rest } = options;
  const progress = showProgress(title);
  const child = spawn(command, args, {
    cwd: root,
    detached: true,
    ...rest,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text) => {
      said[name] += text;
      if (live && name === 'stderr') progress.write(text);
    });
  }
  const { status, error } = await endOf(child, stepPatience);
  progress.end(status === 0);
  return { status, error, ...said };
}

/** A step without which nothing goes on: a failure shows what it printed and ends everything with its status. */
export async function mustStep(title, command, args, options = {}) {
  const { status, error, stdout, stderr } = await step(title, command, args, options);
  if (status === 0) return stdout;
  process.stderr.write(options.live ? stdout : `${stdout}${stderr}`);
  return fail(`${[command, ...args].join(' ')}: ${error?.message ?? `exit status ${status}`}`, status || 1);
}

/** Runs a program with our terminal and returns its exit status; `grouped`: what it started ends with it. */
export async function runInForeground(command, args, { grouped = true, ...options } = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', detached: grouped, ...options });
  if (grouped) {
    const { status, error } = await endOf(child, programPatience);
    return error ? fail(`${command}: ${error.message}`) : status;
  }
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`${command}: ${error.message}`));
    child.on('close', (status, signal) => resolve(status ?? 128 + constants.signals[signal]));
  });
}

/** Waits for a child that leads a process group; a signal to us goes to the whole group and ends us after it. */
function endOf(child, patience) {
  let asked = null;
  const interrupt = (signal) => {
    if (asked !== null) return; // the terminal, npm and the shell may each send one
    asked = signal;
    killGroup(child, signal);
    setTimeout(() => killGroup(child, 'SIGKILL'), patience).unref();
  };
  const handlers = signals.map((signal) => [signal, () => interrupt(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  // npm that was killed cannot hand on a signal; nobody waits for us then.
  const watch = setInterval(() => parent !== null && process.ppid !== parent && interrupt('SIGHUP'), 500);
  return new Promise((resolve) => {
    const done = async (outcome) => {
      clearInterval(watch);
      if (asked !== null) {
        await groupIsGone(child);
        process.stderr.write(`\nsetup: ended by ${asked}\n`);
        process.exit(128 + constants.signals[asked]);
      }
      for (const [signal, handler] of handlers) process.off(signal, handler);
      resolve(outcome);
    };
    child.on('error', (error) => done({ status: 127, error }));
    child.on('exit', () => asked !== null && done({}));
    child.on('close', (status, signal) => done({ status: status ?? 128 + constants.signals[signal] }));
  });
}

function killGroup(child, signal) {
  if (child.pid === undefined) return false;
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false; // all of it has ended
  }
}

/** Bounded: without an init that reaps them, dead members of the group stay. */
async function groupIsGone(child) {
  for (let tries = 0; tries < 40 && killGroup(child, 'SIGKILL'); tries++)
    await new Promise((resolve) => setTimeout(resolve, 25));
}

/** On a terminal a line that counts seconds; else one for what takes long, another every half minute and at the end. */
function showProgress(title) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const terminal = process.stderr.isTTY === true;
  const clear = '\r\x1b[K';
  let shown = false;
  const draw = () => process.stderr.write(`${clear}setup: ${title} … ${seconds()} s`);
  const tell = () => say(shown ? `${title}: ${seconds()} s so far` : title);
  const show = () => {
    if (terminal) draw();
    else tell();
    shown = true;
  };
  const first = setTimeout(show, noticeable);
  const timer = setInterval(show, terminal ? 500 : 30_000);
  return {
    write(text) {
      process.stderr.write(terminal ? `${clear}${text}` : text);
    },
    end(well) {
      clearTimeout(first);
      clearInterval(timer);
      if (terminal && shown) process.stderr.write(clear);
      if (shown) say(`${title}: ${well ? 'done' : 'failed'} after ${seconds()} s`);
    },
  };
}
