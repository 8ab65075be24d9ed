import assert from 'node:assert/strict';
import { cli } from './cli.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { keeper } from './world.ts';

const [target] = targets;

await suite(import.meta.url, 'health', {
  'is 0 where the daemon is ready': async (world) => {
    await world.startVerified();
    assert.deepEqual(cli(world, ['health']), { status: 0, said: '2 of 2 handlers verified; ready\n' });
    return undefined;
  },

  'is 1 where it is not ready, and says why': async (world) => {
    const daemon = await world.startVerified({ env: { BINFMT_KEEPER_ON_STATUS_ZERO: 'respect' } });
    world.write(`${world.main}/status`, '0');
    await daemon.problem('status-zero');
    const { status, said } = cli(world, ['health']);
    assert.equal(status, 1);
    assert.match(said, /0 of 2 handlers verified.*; not ready\n$/);
    return undefined;
  },

  'is 1 where it stands still': async (world) => {
    const daemon = await world.startVerified();
    daemon.kill('SIGSTOP');
    const { status, said } = cli(world, ['health']);
    assert.equal(status, 1);
    assert.match(said, /has not answered within 5 s/);
    daemon.kill('SIGCONT');
    return undefined;
  },

  'is 3 where no daemon listens': async (world) => {
    const { status, said } = cli(world, ['health']);
    assert.equal(status, 3);
    assert.equal(said, `no daemon listens in ${world.run}\n`);
    return undefined;
  },

  'is 3 for whoever may not connect': async (world) => {
    await world.startVerified();
    const powerless = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
    assert.equal(cli(world, ['health'], powerless).status, 0, 'the owner needs no capability');
    world.must('chmod', '0', `${world.run}/control.sock`);
    const { status, said } = cli(world, ['health'], powerless);
    assert.equal(status, 3);
    assert.match(said, /EACCES|permission denied/);
    return undefined;
  },

  'is 2 where the line or the configuration is wrong': async (world) => {
    assert.equal(cli(world, ['health', '--tired']).status, 2);
    assert.equal(cli(world, ['health', 'arm64']).status, 2);
    world.configure('platforms: [linux/nonsense]\n');
    assert.equal(cli(world, ['health', '--log-level', 'info']).status, 2);
    return undefined;
  },

  'asks the daemon of the run directory that the configuration or a flag names': async (world) => {
    await world.startVerified();
    world.configure(`mounts:\n  anchor: ${world.anchor}\nplatforms: [${target}]\n`);
    assert.equal(cli(world, ['health', '--mounts-anchor', world.anchor]).status, 0);
    const asks = (...variables: readonly string[]) =>
      world.command('env', ...variables, process.execPath, '--no-warnings', keeper, 'health').status;
    assert.equal(asks(`BINFMT_KEEPER_CONFIG=${world.config}`), 0);
    assert.equal(asks(`BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`), 0);
    assert.equal(asks(`BINFMT_KEEPER_MOUNTS_ANCHOR=${world.dir}/elsewhere/binfmt_misc`), 3);
    return undefined;
  },
});
