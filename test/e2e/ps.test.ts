import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import type { EmulatedProcess } from '../../src/core/ps/process.ts';
import { cli } from './cli.ts';
import { emulator, end, find, hold, listed, piped, probesIn, registered, wait } from './held.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import { keeper } from './world.ts';

await suite(import.meta.url, 'ps', {
  'tells the command that the user typed, with P and without': async (world) => {
    for (const flags of ['F', 'PF', 'OCF', 'POCF']) {
      registered(world, flags);
      const running = await hold(world, ['one', 'two words'], 'its-own-name');
      const seen = find(world, running);
      const [word = '', ...rest] = seen?.command ?? [];
      assert.equal(word, flags.includes('P') ? 'its-own-name' : world.probe(), flags);
      assert.deepEqual(rest, ['one', 'two words']);
      assert.equal(seen?.by, 'entry');
      assert.equal(seen?.platform, 'linux/arm64');
      assert.equal(seen?.interpreter, emulator);
      assert.match(seen?.version ?? '', /^\d+\.\d+/);
      assert.ok((seen?.ageMs ?? -1) >= 0 && (seen?.cpuMs ?? -1) >= 0);
      await end(running);
      world.write(`${world.main}/emu`, '-1');
    }
    return undefined;
  },

  'tells one that was started by hand, and one whose emulator was replaced since': async (world) => {
    await probesIn(world);
    const byHand = await wait(spawn(emulator, ['-0', 'renamed', '-cpu', 'max', world.probe(), 'x'], piped));
    assert.deepEqual(find(world, byHand)?.command, ['renamed', 'x']);
    assert.equal(find(world, byHand)?.by, 'name');
    const copy = `${world.dir}/emulator`;
    copyFileSync(emulator, copy);
    registered(world, 'F', copy);
    const old = await hold(world, []);
    copyFileSync(emulator, `${copy}.new`);
    renameSync(`${copy}.new`, copy);
    assert.equal(find(world, old)?.by, 'entry');
    assert.equal(find(world, old)?.interpreter, copy);
    await end(old);
    await end(byHand);
    return undefined;
  },

  'shows hostile command lines harmlessly, a line for each process': async (world) => {
    registered(world);
    const hostile = ['\x1b[2J\x1b]0;gone\x07', 'a\nb\r', '\u202egnp', "'; rm -rf /", 'x'.repeat(5000)];
    const running = await hold(world, hostile);
    assert.deepEqual(find(world, running)?.command.slice(1), hostile);
    const { said } = cli(world, ['ps']);
    const lines = said.split('\n').filter((line) => line.startsWith(`${running.pid} `));
    assert.equal(lines.length, 1, said);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: just these must not be there
    assert.doesNotMatch(said, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    await end(running);
    return undefined;
  },

  'lists neither what has ended nor what nobody has waited for': async (world) => {
    registered(world);
    await probesIn(world);
    // The shell starts one that ends at once, and becomes a program that never waits for it.
    const parent = world.child('sh', ['-c', `"$0" </dev/null >/dev/null & exec sleep 60`, world.probe()]);
    const zombie = await until('a zombie', () => childOf(parent.pid ?? 0, 'Z'));
    assert.equal(
      listed(world).some(({ pid }) => pid === zombie),
      false,
    );
    const storm = world.child('sh', ['-c', `while :; do "$0" </dev/null >/dev/null; done`, world.probe()]);
    for (let i = 0; i < 5; i += 1)
      for (const { command, platform } of listed(world).filter((one) => one.parent === storm.pid)) {
        assert.equal(platform, 'linux/arm64');
        assert.equal(command[0], world.probe());
      }
    return undefined;
  },

  'says that the host cannot be seen in a pid namespace of its own, and ends with 3': async (world) => {
    const { status, said } = cli(world, ['ps'], ['unshare', '-p', '-f', '--mount-proc']);
    assert.equal(status, 3, said);
    assert.match(
      said,
      /No process runs under emulation\.\n.*cannot be seen: this is a pid namespace of its own/s,
    );
    assert.match(said, /--pid=host/);
    const json = cli(
      world,
      ['ps', '-o', 'json'],
      ['unshare', '-p', '-f', '--mount-proc', 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh'],
    );
    assert.equal(JSON.parse(json.said).sight.whole, false);
    assert.equal(json.status, 3);
    return undefined;
  },

  'goes on with --watch until it is told to end': async (world) => {
    registered(world);
    const running = await hold(world, ['watched']);
    const child = world.child('env', [
      'BINFMT_KEEPER_SANDBOX=1',
      process.execPath,
      '--no-warnings',
      keeper,
      'ps',
      '-w',
      '-o',
      'json',
    ]);
    let text = '';
    child.stdout?.on('data', (part) => {
      text += String(part);
    });
    await until('two looks', () => (text.split('\n').length > 2 ? true : null));
    const [first = '', second = ''] = text.split('\n');
    for (const line of [first, second])
      assert.ok(JSON.parse(line).processes.some((one: EmulatedProcess) => one.pid === running.pid));
    child.kill('SIGTERM');
    assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0);
    await end(running);
    return undefined;
  },

  'sums CPU by what holds the processes, and says what would need less': async (world) => {
    registered(world, 'PF');
    const running = await hold(world, [], '/usr/bin/cc1plus');
    const { said, status } = cli(world, ['ps', '--advise']);
    assert.equal(status, 0, said);
    assert.match(said, /CPU, \d+ process(?:es)? of linux\/arm64/);
    assert.match(said, /cc1plus/);
    assert.match(said, /→ .*crossbuild-essential-arm64/);
    await end(running);
    return undefined;
  },
});

/** A child of that process in that state. */
function childOf(parent: number, state: string): number | null {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'latin1').trim().split(' ');
  return (
    children
      .map(Number)
      .find((pid) => pid > 0 && readFileSync(`/proc/${pid}/stat`, 'latin1').includes(`) ${state} `)) ?? null
  );
}
