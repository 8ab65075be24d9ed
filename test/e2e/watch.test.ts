import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { reportSchema } from '../../src/cli/ask/report-schema.ts';
import { stripped } from '../cli/reports.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import { keeper, type World } from './world.ts';

const entry = 'keeper-aarch64';

await suite(import.meta.url, 'status --watch', {
  'on a terminal shows a lost entry as one more heal, in place': async (world) => {
    await world.startVerified();
    const terminal = openTerminal(world, 24, 100);
    await terminal.shows('the verified handler', /linux\/arm64 +ok .* 0 +- /);
    world.write(`${world.main}/${entry}`, '-1');
    await terminal.shows('its heal', /linux\/arm64 +ok .* 1 +\d+s ago/);
    assert.ok(!terminal.output().includes('\x1b[2J'), 'the screen is never cleared as a whole');
    for (const frame of terminal.frames()) assert.ok(frame.length <= 24, frame.join('\n'));
    terminal.type('q');
    assert.equal(await terminal.ended, 0);
    return undefined;
  },

  'gives the terminal back as it was, whether it ends by q, Ctrl-C or a signal': async (world) => {
    await world.startVerified();
    for (const end of ['q', '\x03', null]) {
      const terminal = openTerminal(world, 24, 100);
      await terminal.shows('the handler', /linux\/arm64/);
      if (end === null) terminal.kill('SIGTERM');
      else terminal.type(end);
      assert.equal(await terminal.ended, 0);
      const [before, ...rest] = terminal.output().split('\x1b[?7h\x1b[?25h\x1b[?1049l');
      assert.ok(before?.startsWith('\x1b[?1049h\x1b[?25l\x1b[?7l'));
      assert.equal(rest.length, 1);
      assert.ok(!rest[0]?.includes('\x1b'), 'nothing is drawn after that');
      assert.match(terminal.output(), /modes: .*\bicanon\b.*\becho\b/s, 'keys are echoed again');
    }
    return undefined;
  },

  'fits the window, also after it has changed': async (world) => {
    await world.startVerified({ platforms: 'all' });
    const terminal = openTerminal(world, 12, 80);
    await terminal.shows('what is left out', /^… \d+ more handlers$/m);
    terminal.resize(8, 60);
    await terminal.shows(
      'at most 8 lines of at most 60 cells',
      /^(?=(?:.*\n){7}.*$)(?!(?:.*\n){8})(?!(?:.*\n)*.{61})/,
    );
    terminal.type('q');
    await terminal.ended;
    return undefined;
  },

  'shows what can be seen without a daemon, and the daemon when there is one': async (world) => {
    const terminal = openTerminal(world, 24, 100);
    await terminal.shows('that there is nothing', /instance-missing/);
    const daemon = await world.startVerified();
    await terminal.shows('the daemon', new RegExp(`daemon ${daemon.pid} for`));
    await daemon.ended('SIGTERM');
    await terminal.shows('that there is none any more', /no daemon runs/);
    terminal.type('q');
    await terminal.ended;
    return undefined;
  },

  'in a pipe prints a line of JSON for each change': async (world) => {
    await world.startVerified();
    const child = spawn(process.execPath, commandLine(world, '-o', 'json'), {
      env: { ...environment(world), FORCE_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    const reports = () =>
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => reportSchema.parse(JSON.parse(line)));
    await until('the first report', () => (reports().length > 0 ? true : null));
    world.write(`${world.main}/${entry}`, '-1');
    await until('the heal and its proof', () => {
      const last = reports().at(-1);
      return last?.heals.total === 1 && last.ready ? true : null;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    assert.equal(await ended, 0);
    assert.ok(!out.includes('\x1b'));
    return undefined;
  },
});

interface Terminal {
  readonly output: () => string;
  /** Every picture so far, as lines without escape sequences. */
  readonly frames: () => readonly (readonly string[])[];
  /** Waits until the last picture fits. */
  readonly shows: (what: string, pattern: RegExp) => Promise<true>;
  readonly type: (keys: string) => void;
  readonly resize: (rows: number, columns: number) => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
}

/** Runs `status --watch` in a pseudo terminal, which script(1) of util-linux makes. */
function openTerminal(world: World, rows: number, columns: number): Terminal {
  const line = [process.execPath, ...commandLine(world)].map((word) => `'${word}'`).join(' ');
  const script = `tty >${world.dir}/tty; stty rows ${rows} cols ${columns}; ${line} & echo $! >${world.dir}/pid; fg >/dev/null; s=$?; printf 'modes: '; stty -a; exit $s`;
  const child: ChildProcess = spawn('script', ['-qefc', `set -m; ${script}`, '/dev/null'], {
    env: { ...environment(world), SHELL: '/bin/bash', TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const frames = (): readonly (readonly string[])[] =>
    out
      .split('\x1b[H')
      .slice(1)
      .map((frame) => stripped(frame.split('\x1b[J')[0] ?? '').split('\r\n'));
  const read = (name: string): string => readFileSync(`${world.dir}/${name}`, 'utf8').trim();
  return {
    output: () => out,
    frames,
    shows: (what, pattern) =>
      until(`a picture of ${what}`, () =>
        pattern.test(frames().at(-1)?.join('\n') ?? '') ? true : null,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}; shown: ${JSON.stringify(out.slice(-2000))}`);
      }),
    type: (keys) => void child.stdin?.write(keys),
    resize: (r, c) => world.must('stty', '-F', read('tty'), 'rows', String(r), 'cols', String(c)),
    kill: (signal) => void process.kill(Number(read('pid')), signal),
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
}

function commandLine(world: World, ...more: readonly string[]): string[] {
  return ['--no-warnings', keeper, 'status', '--watch', '--config', world.config, ...more];
}

function environment(world: World): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  return {
    ...env,
    BINFMT_KEEPER_SANDBOX: '1',
    BINFMT_KEEPER_INTERPRETERS_STORE: world.store,
    BINFMT_KEEPER_MOUNTS_ANCHOR: world.anchor,
    BINFMT_KEEPER_HTTP_LISTEN: 'off',
  };
}
