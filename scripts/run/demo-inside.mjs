// What `npm run demo` does inside of its sandbox: breaks, looks at the keeper's own record, and counts failed execs.
import { fork, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { obtainProgram, runProgram } from './demo-program.mjs';

const main = '/proc/sys/fs/binfmt_misc';
const patience = 20_000;

if (process.argv[2] === 'prober') probe(JSON.parse(process.argv[3]));
else
  process.exitCode = await demonstrate(
    Number(process.argv[2]),
    process.argv[3],
    process.argv[4] === '--offline',
  );

/** Runs the program again and again, as fast as it goes, and counts. */
function probe(program) {
  let [runs, failed] = [0, 0];
  process.on('disconnect', () => process.exit());
  process.on('message', (id) => {
    process.send({ id, runs, failed });
    [runs, failed] = [0, 0];
  });
  const once = () => {
    if (!runProgram(program).well) failed += 1;
    runs += 1;
    setImmediate(once);
  };
  once();
}

async function demonstrate(outside, platform, offline) {
  // Whoever started the sandbox has ended, in whatever way: then so does the sandbox.
  process.stdin.resume().on('end', () => {
    process.kill(outside, 'SIGTERM');
    process.exit(1);
  });
  process.stdin.unref?.();
  const first = await until((report) => report.ready);
  const [handler] = first?.handlers ?? [];
  if (handler === undefined) return say('the keeper did not become ready') ?? 1;
  const program = obtainProgram(platform, handler.key, offline);
  if (program === null) return say(`there is no program of ${platform}`) ?? 1;
  const shown = runProgram(program);
  say(
    `A sandbox of its own. Here ${platform} programs run by ${handler.interpreter.split('/').at(-1)} ${handler.version}:\n`,
  );
  say(`  $ ${program.shown}\n  ${shown.said}   (${program.origin})\n`);
  if (!shown.well) return 1;
  say('It runs all the time, one exec after the other, while what makes it run is taken away.\n');
  const prober = fork(fileURLToPath(import.meta.url), ['prober', JSON.stringify(program)]);
  const asked = (id) =>
    new Promise((resolve) => {
      const listener = (answer) => {
        if (answer.id !== id) return;
        prober.off('message', listener);
        resolve(answer);
      };
      prober.on('message', listener).send(id);
    });
  say(row('WHAT HAPPENS', 'WHAT THE KEEPER RECORDS', 'EXECS', 'FAILED'));
  let well = true;
  for (const [i, breakage] of breakages(handler.name).entries()) {
    await sleep(500);
    await asked(`${i} before`);
    const record = await breakage.happen();
    await sleep(500);
    const { runs, failed } = await asked(`${i} after`);
    say(row(breakage.what, record ?? 'nothing within 20 s', String(runs), String(failed)));
    well = well && record !== null && runProgram(program).well;
  }
  prober.disconnect();
  const last = report();
  say(
    `\n${last.heals.total} repairs, with times from the keeper's own record; the program says: ${runProgram(program).said}`,
  );
  return well ? 0 : 1;
}

/** Each with what an administrator would type, and what the keeper wrote down. */
function breakages(name) {
  const entry = `${main}/${name}`;
  return [
    { what: `echo -1 >${name}`, happen: () => healed(() => write(entry, '-1')) },
    { what: 'echo -1 >status', happen: () => healed(() => write(`${main}/status`, '-1')) },
    { what: 'umount binfmt_misc', happen: unmounted },
    { what: 'another entry in front', happen: () => hijacked(entry) },
    { what: 'echo 0 >status', happen: () => healed(() => write(`${main}/status`, '0')) },
  ];
}

/** Does it and waits for the repair that the keeper writes down. */
async function healed(harm) {
  const before = report().heals.total;
  harm();
  const after = await until((found) => found.heals.total > before);
  const heal = after?.heals.recent.at(-1);
  return heal === undefined ? null : `${heal.reason}: repaired in ${heal.tookMs.toFixed(2)} ms`;
}

async function unmounted() {
  const began = performance.now();
  spawnSync('umount', [main]);
  while (!isMounted()) {
    if (performance.now() - began > patience) return null;
    await sleep(10);
  }
  return `anchor serves; mounted again after ${((performance.now() - began) / 1000).toFixed(1)} s`;
}

function isMounted() {
  return existsSync(`${main}/register`);
}

/** A tool registers the same magic for something that does not run it: it would serve, being in front. */
async function hijacked(entry) {
  const text = readFileSync(entry, 'latin1');
  const bytes = (field) =>
    (new RegExp(`^${field} ([0-9a-f]+)$`, 'm').exec(text)?.[1] ?? '').replace(/../g, '\\x$&');
  const record = await healed(() =>
    write(`${main}/register`, `:hijack:M:0:${bytes('magic')}:${bytes('mask')}:/proc/self/exe:`),
  );
  write(`${main}/hijack`, '-1');
  return record;
}

/** One write(2) to a file that is there: never a plain file where nothing is mounted. */
function write(path, text) {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** The report that the daemon publishes for everybody. */
function report() {
  return JSON.parse(readFileSync('/run/binfmt-keeper/report.json', 'utf8'));
}

async function until(fits) {
  for (const end = performance.now() + patience; performance.now() < end; await sleep(20)) {
    try {
      const found = report();
      if (fits(found)) return found;
    } catch {
      // not written yet
    }
  }
  return null;
}

function row(what, record, runs, failed) {
  return `${what.padEnd(26)}  ${record.padEnd(44)}  ${runs.padStart(5)}  ${failed.padStart(6)}`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
