import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { listenAsSupervisor, type Supervisor } from '../host/net/supervisor.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

await suite(import.meta.url, 'a supervisor is told how the daemon does', {
  'ready when every handler has been proved, then of each change of state': async (world) => {
    const { supervisor, env } = supervising(world);
    const daemon = world.start({ env });
    assert.equal(await stateWhenReady(supervisor), 'STATUS=2 handlers verified');
    const hears = ears(supervisor);
    assert.ok((await daemon.verified()).ready);
    world.write(`${daemon.instance()}/${daemon.names()[0]}`, '-1');
    await hears(/^STATUS=2 handlers verified, 1 healed in the last hour$/m);
    return undefined;
  },

  'of a reload while it goes on, and of the stop before anything is taken down': async (world) => {
    const { supervisor, env } = supervising(world);
    const daemon = await world.startVerified({ env });
    const hears = ears(supervisor);
    await hears(/^READY=1$/m);
    daemon.kill('SIGHUP');
    assert.match(await hears(/^RELOADING=1$/m), /^MONOTONIC_USEC=[1-9]\d*$/m);
    await hears(/^READY=1$/m);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    const last = supervisor.take();
    assert.match(last.at(-1) ?? '', /^STOPPING=1$/m);
    return undefined;
  },

  'of life as long as the loop goes on, and of none once it stands still': async (world) => {
    const { supervisor, env } = supervising(world);
    const daemon = world.start({ env: { ...env, WATCHDOG_USEC: '900000' } });
    const hears = ears(supervisor);
    await hears(/^READY=1$/m);
    for (let i = 0; i < 3; i++) await hears(/^WATCHDOG=1$/m);
    daemon.kill('SIGSTOP');
    await pause(100);
    supervisor.take();
    await pause(1500);
    assert.deepEqual(supervisor.take(), []);
    daemon.kill('SIGCONT');
    await hears(/^WATCHDOG=1$/m);
    return undefined;
  },

  'whoever stands by is ready, lives, and says what it waits for': async (world) => {
    await world.startVerified();
    const { supervisor, env } = supervising(world);
    const second = world.start({ env: { ...env, WATCHDOG_USEC: '2000000' } });
    const hears = ears(supervisor);
    assert.match(await hears(/^READY=1$/m), /^STATUS=standing by: another keeper serves this instance$/m);
    await hears(/^WATCHDOG=1$/m);
    assert.equal(second.report(), null);
    return undefined;
  },

  'ready where a platform cannot work, with its name': async (world) => {
    const { supervisor, env } = supervising(world);
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    copyFileSync(`/usr/bin/qemu-${targets[0]}-static`, `${sources}/qemu-${targets[0]}-static`);
    world.start({ env, flags: ['--interpreters-sources', sources] });
    assert.match(await stateWhenReady(supervisor), /^STATUS=1 handler verified, not working: linux\/\w+, /);
    return undefined;
  },

  'a socket that nobody listens on is a problem and stops nothing': async (world) => {
    const daemon = await world.startVerified({
      env: { NOTIFY_SOCKET: `${world.dir}/nobody` },
      flags: ['--resync', '1s'],
    });
    await daemon.problem('supervisor-unreachable');
    assert.ok((await daemon.verified()).ready);
    return undefined;
  },
});

function supervising(world: World): { supervisor: Supervisor; env: Record<string, string> } {
  const address = `${world.dir}/notify`;
  return { supervisor: listenAsSupervisor(address), env: { NOTIFY_SOCKET: address } };
}

/** Waits for READY, and says which state was told last by then: one that was told a moment before is not told again. */
async function stateWhenReady(supervisor: Supervisor): Promise<string> {
  const heard: string[] = [];
  const index = await until('READY=1', () => {
    heard.push(...supervisor.take());
    const at = heard.findIndex((message) => /^READY=1$/m.test(message));
    return at < 0 ? null : at;
  });
  const states = heard.slice(0, index + 1).flatMap((message) => /^STATUS=.*$/m.exec(message) ?? []);
  return states.at(-1) ?? '';
}

/** Waits for the next message that says so; those before it are taken and forgotten. */
function ears(supervisor: Supervisor): (what: RegExp) => Promise<string> {
  let heard: string[] = [];
  return (what) =>
    until(what.source, () => {
      heard.push(...supervisor.take());
      const index = heard.findIndex((message) => what.test(message));
      if (index < 0) return null;
      const found = heard[index] ?? '';
      heard = heard.slice(index + 1);
      return found;
    });
}
