import assert from 'node:assert/strict';
import { cli, type Said } from './cli.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import type { World } from './world.ts';

const [target] = targets;

await suite(import.meta.url, 'install --persist beside a running daemon', {
  'its anchor lies on a shared directory: it outlives the daemon, and status 0 says so': async (world) => {
    world.must('mount', '--bind', world.run, world.run);
    world.must('mount', '--make-rshared', world.run);
    const { status, said } = await install(world, 'unchanged');
    assert.equal(status, 0, said);
    assert.ok(world.isMounted(world.anchor));
    return undefined;
  },

  "its anchor ends with the daemon's container: status 1, and the option that helps": async (world) => {
    const { status, said } = await install(world, 'private');
    assert.equal(status, 1, said);
    assert.match(said, /--persist: .*\n.*:rshared/);
    return undefined;
  },
});

/** A daemon in a mount namespace of its own, and the command beside it in the same one. */
async function install(world: World, propagation: string): Promise<Said> {
  const daemon = await world.startVerified({ prefix: ['unshare', '-m', '--propagation', propagation] });
  return cli(world, ['install', target, '--persist'], ['nsenter', '-t', String(daemon.pid), '-m']);
}
