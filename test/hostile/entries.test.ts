import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { foreignLine, targets } from '../e2e/foreign.ts';
import { suite } from '../e2e/suite.ts';
import { until } from '../e2e/until.ts';
import { keeper, type World } from '../e2e/world.ts';

const [target] = targets;
const ours = `keeper-${target}`;

/** Bytes that names of entries and paths of interpreters may hold, all but the slash and NUL. */
const pieces: readonly string[] = [
  '\n',
  '\r',
  '\t',
  '\x1b[31m',
  '\x1b]0;owned\x07',
  '\x9b31m',
  '\xc2\x9b31m',
  '\x85',
  '\x08\x08\x08',
  '\x7f',
  '\xff\xfe',
  '\xed\xa0\x80',
  '\xe2\x80\xae',
  '"',
  "'",
  '\\',
  '`id`',
  '$(id)',
  '%s%n',
  '{}',
  ': ',
  '- ',
  '#',
  ' ',
  '__proto__',
  'constructor',
  '../..'.replaceAll('/', '\\'),
  'enabled\ninterpreter',
];

await suite(import.meta.url, 'a thousand entries with hostile names and texts', {
  'do not keep the daemon from healing, and no terminal obeys them': async (world) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    const before = fill(world, 1000);
    // These take our files, so that they are spoken of; under `theirs` we step back behind them while they work.
    for (const [i, piece] of pieces.entries())
      registerBytes(world, `rival${i}${piece}`, `/usr/bin/qemu-${target}-static`);
    const daemon = await world.startVerified({ platforms: target });
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    for (const [i, piece] of pieces.entries())
      registerBytes(world, `late${i}${piece}`, '/bin/true\x1b[31m\x9bx', '');
    await daemon.verified(Date.now());
    assertUntouched(world, before);
    for (const line of daemon.log) assert.equal(typeof line.msg, 'string');
    assertPrints(world);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assertUntouched(world, before);
    return undefined;
  },

  'are named harmlessly where one of them serves in our place': async (world) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    registerBytes(world, 'evil\x1b]0;owned\x07\x9b31m\nforged: yes', `/usr/bin/qemu-${target}-static`);
    const flags = ['--precedence', 'theirs', '--log-level', 'trace'];
    const daemon = world.start({ platforms: target, flags });
    await daemon.reported('that theirs serves', (r) => r.handlers.some((h) => h.state === 'foreign-ok'));
    assertPrints(world);
    const raw = world.story();
    assert.doesNotMatch(raw.replaceAll('\n', ''), /\p{Cc}/u);
    await daemon.ended('SIGTERM');
    const said = await terminal(world, ...flags);
    if (said === null) return 'no script(1), which makes a terminal';
    assert.match(said, /keeping 1 handler$/m);
    assert.doesNotMatch(said.replaceAll(/\r?\n/g, ''), /\p{Cc}/u);
    return undefined;
  },
});

/** Registers entries of others that concern none of our files, and returns their texts by name. */
function fill(world: World, count: number): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const piece = pieces[i % pieces.length] ?? '';
    const name = `${i}${piece}`.padEnd(i % 5 === 0 ? 255 : 1, piece).slice(0, 255);
    const line = ['', name, 'E', '', `none${i}`, '', `/bin/true${piece}`, ''];
    const delimiter = [...'|!,=~'].find((c) => !line.join('').includes(c)) ?? ':';
    world.write(`${world.main}/register`, Buffer.from(line.join(delimiter), 'latin1'));
    texts.set(name, readText(world, name));
  }
  return texts;
}

function registerBytes(world: World, name: string, interpreter: string, flags = 'F'): void {
  world.write(`${world.main}/register`, foreignLine(name, target, interpreter, flags));
}

function readText(world: World, name: string): string {
  return readFileSync(Buffer.from(`${world.main}/${name}`, 'latin1'), 'latin1');
}

function assertUntouched(world: World, before: ReadonlyMap<string, string>): void {
  for (const [name, text] of before) assert.equal(readText(world, name), text, JSON.stringify(name));
}

/** What `status` prints in each format holds no control character, and what is for programs can be read. */
function assertPrints(world: World): void {
  const print = (format: string): string => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--no-warnings', keeper, 'status', '--config', world.config, '--platforms', target, '-o', format],
      { env: environment(world), timeout: 20_000 },
    );
    const said = stdout.toString('utf8') + stderr.toString('utf8');
    assert.doesNotMatch(said.replaceAll('\n', ''), /\p{Cc}/u, format);
    return stdout.toString('utf8');
  };
  assert.match(print('table'), new RegExp(target.replace('aarch64', 'arm64')));
  assert.equal(JSON.parse(print('json')).handlers.length, 1);
  assert.equal(parse(print('yaml')).handlers.length, 1);
}

/** What the daemon shows on a terminal until it has proved its handler; null where there is no script(1). */
async function terminal(world: World, ...flags: readonly string[]): Promise<string | null> {
  if (spawnSync('script', ['--version']).error) return null;
  const run = ['run', '--config', world.config, '--platforms', target, ...flags];
  const line = [process.execPath, '--no-warnings', keeper, ...run].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(world),
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until('the proof on the terminal', () =>
    /^[\d:]+ {2}(warning: )?(not )?ready: /m.test(said) ? true : null,
  );
  const closed = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGTERM');
  await closed;
  return said;
}

function environment(world: World): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NO_COLOR: '1',
    BINFMT_KEEPER_SANDBOX: '1',
    BINFMT_KEEPER_INTERPRETERS_STORE: world.store,
    BINFMT_KEEPER_MOUNTS_ANCHOR: world.anchor,
    BINFMT_KEEPER_HTTP_LISTEN: 'off',
  };
}
