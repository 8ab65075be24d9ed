import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { requireKernel } from '../kernel.ts';

const root = join(import.meta.dirname, '../..');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run demo', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'keeper-demo-'));
  const env = { ...process.env, XDG_CACHE_HOME: join(dir, 'cache'), TMPDIR: join(dir, 'tmp') };
  mkdirSync(env.TMPDIR);
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** Ended by a signal when `when` has been said. */
  const demo = (when: RegExp | null = null, signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> => {
    const child = spawn(process.execPath, ['scripts/run/run.cjs', 'demo', '--offline'], { cwd: root, env });
    const said = { stdout: '', stderr: '' };
    let sent = false;
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
        if (sent || !when?.test(said.stdout)) return;
        sent = true;
        child.kill(signal);
      });
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...said })));
  };

  it('breaks a sandbox in five ways, shows each repair from the record, and leaves nothing', async (t) => {
    if (!requireKernel(t)) return;
    const { status, stdout, stderr } = await demo();
    assert.equal(status, 0, `${stdout}${stderr}`);
    for (const row of [
      /^echo -1 >keeper-\w+ +missing: repaired in [\d.]+ ms +\d+ +\d+$/m,
      /^echo -1 >status +missing: repaired in [\d.]+ ms +\d+ +\d+$/m,
      /^umount binfmt_misc +anchor serves; mounted again after [\d.]+ s +\d+ +0$/m,
      /^another entry in front +shadowed: repaired in [\d.]+ ms +\d+ +\d+$/m,
      /^echo 0 >status +status-zero: repaired in [\d.]+ ms +\d+ +\d+$/m,
    ])
      assert.match(stdout, row);
    assert.match(stderr, /no process, no mount and no directory of it is left/);
    assert.deepEqual(leftovers(), []);
  });

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`puts everything away after ${signal}`, async (t) => {
      if (!requireKernel(t)) return;
      const ended = await demo(/WHAT HAPPENS/, signal);
      assert.equal(ended.status, status, `${ended.stdout}${ended.stderr}`);
      assert.match(ended.stderr, /no process, no mount and no directory of it is left/);
      assert.deepEqual(leftovers(), []);
    });

  it('ends with its sandbox after SIGKILL', async (t) => {
    if (!requireKernel(t)) return;
    const ended = await demo(/WHAT HAPPENS/, 'SIGKILL');
    assert.equal(ended.status, null);
    for (let tries = 0; leftovers().length > 0; tries++) {
      assert.ok(tries < 200, leftovers().join('\n'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  /** Processes of this demo, known by its cache, and files. */
  function leftovers(): readonly string[] {
    const processes = readdirSync('/proc').filter(
      (pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(dir),
    );
    const others = processes.filter((pid) => Number(pid) !== process.pid);
    return [...others.map((pid) => `${pid} ${linkOf(`/proc/${pid}/exe`)}`), ...readdirSync(env.TMPDIR)];
  }

  function environmentOf(pid: string): string {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1');
    } catch {
      return ''; // it ended, or belongs to somebody else
    }
  }

  function linkOf(path: string): string {
    try {
      return readlinkSync(path);
    } catch {
      return '';
    }
  }
});
