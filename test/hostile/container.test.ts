import assert from 'node:assert/strict';
import { targets } from '../e2e/foreign.ts';
import { suite } from '../e2e/suite.ts';
import { asStranger } from '../users.ts';
import { container } from './container.ts';

const [target] = targets;
const ours = `keeper-${target}`;

await suite(
  import.meta.url,
  'a container with all capabilities in a user namespace of its own',
  {
    'gets nothing of the host by mounts, paths, inherited descriptors or namespaces, and its own instance and lock confuse nobody':
      async (world) => {
        const daemon = await world.startVerified();
        const before = daemon.names();
        const [program = '', ...words] = asStranger;
        const line = ['unshare', '-Urm', '--propagation', 'private', '/usr/bin/python3', '-c', container];
        const places = [world.main, world.anchor, world.store, world.run];
        const own = `/usr/bin/qemu-${target}-static`;
        // The main mount's root, opened before, as a descriptor that is inherited.
        const script = `exec 9<"$0"; exec "$@"`;
        const { said } = world.command(
          program,
          ...words,
          'sh',
          '-c',
          script,
          world.main,
          ...line,
          String(daemon.pid),
          ours,
          own,
          ...places,
        );
        assert.match(
          said,
          /^tried [1-9]\d* succeeded \[\] own \['flock', 'mount', 'register', 'status'\]$/m,
          said,
        );
        assert.deepEqual(daemon.names(), before);
        assert.ok(daemon.runs(target));
        assert.equal(daemon.report()?.instance.enabled, true);
        assert.deepEqual(daemon.report()?.problems, []);
        world.write(`${world.main}/${ours}`, '-1');
        await daemon.healed(ours, 'missing');
        assert.equal(await daemon.ended('SIGTERM'), 0);
        await world.startVerified();
        return undefined;
      },
  },
  'all',
);
