import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import type { Report } from '../../src/core/report/report.ts';
import { until } from '../e2e/until.ts';
import { runAction } from './action.ts';
import { tryForeignRoot } from './foreign-root.ts';
import {
  anchor,
  asDocumented,
  command,
  entries,
  healthy,
  image,
  isMounted,
  main,
  mountMain,
  newerImage,
  obstacle,
  once,
  other,
  podman,
  probe,
  reset,
  runs,
  runVolume,
  shell,
  shellLine,
  startKeeper,
  startProber,
  target,
  unmount,
  write,
} from './host.ts';

const platform = { aarch64: 'linux/arm64', s390x: 'linux/s390x', riscv64: 'linux/riscv64' }[target] ?? target;
const why = obstacle();
const witnessText = readFileSync(new URL('../../docs/witness.md', import.meta.url), 'utf8');

describe(`the image ${image}`, { skip: why ?? false, timeout: 900_000 }, () => {
  afterEach(reset);

  it('meets the failure it is made for: what a one-shot registers, mounting binfmt_misc itself, ends with it', () => {
    const { status, stdout, stderr } = shell(
      `mount -t binfmt_misc binfmt_misc ${main} &&
       printf %s '${shellLine(`qemu-${target}`, `/usr/bin/qemu-${target}`)}' >${main}/register &&
       echo x | ${probe()}`,
    );
    assert.equal(status, 0, stderr);
    assert.equal(stdout, `${probe()}\n`, 'it runs as long as the container lives');
    assert.equal(runs(), false, 'and then it does not');
  });

  it('makes a sandbox, without privileges too where seccomp lets it, and says what lacks where it cannot', async () => {
    const made = once([], 'install', '--sandbox', platform);
    assert.equal(made.status, 0, `${made.stdout}${made.stderr}`);
    assert.match(made.stdout, /verified/);
    const started = podman('run', '-d', '--rm', image, 'run', '--sandbox', '--platforms', platform);
    const name = started.stdout.trim();
    try {
      await until(
        'a ready sandbox',
        () =>
          podman('exec', name, 'binfmt-keeper', 'enter', '--', 'binfmt-keeper', 'health').status === 0 ||
          null,
      );
    } finally {
      podman('rm', '-f', '-t', '5', name);
    }
    assert.equal(runs(), false, 'nothing of it is on the host');
    const refused = podman('run', '--rm', '-e', 'PATH=/nowhere', image, 'run', '--sandbox');
    assert.equal(refused.status, 4, refused.stderr);
    assert.match(refused.stderr, /sandbox-unavailable/);
    assert.doesNotMatch(refused.stderr, /undefined|npm start/);
  });

  it('installs for good where the run directory is shared, and uninstalls', () => {
    const installed = once(runVolume, 'install', 'all');
    assert.equal(installed.status, 0, `${installed.stdout}${installed.stderr}`);
    assert.ok(runs() && runs(probe(other)));
    assert.ok(isMounted(anchor), 'the anchor is the host’s now');
    const removed = once(runVolume, 'uninstall');
    assert.equal(removed.status, 0, removed.stderr);
    assert.equal(runs(), false);
  });

  it('installs all in the spelling of other images, with the same volume', () => {
    const { status, stdout, stderr } = once(runVolume, '--install', 'all');
    assert.equal(status, 0, stderr);
    assert.ok(JSON.parse(stdout).supported.includes(platform));
    assert.ok(runs());
  });

  it('takes all for what can be had: a daemon of the default image is asked in every spelling, and stays ready', async () => {
    const name = await startKeeper('all');
    for (const line of ['install all', '--reset -p yes', '--install all', '--reset -p yes', 'install all']) {
      const { status, stdout, stderr } = once(runVolume, ...line.split(' '));
      assert.equal(status, 0, `${line}: ${stdout}${stderr}`);
    }
    assert.equal(podman('exec', name, 'binfmt-keeper', 'health').status, 0);
  });

  it('tells on a host that does not share the directory what is lost at its end; the line that it names helps', async () => {
    const shared = '/run/binfmt-keeper';
    command('mount', '--make-private', shared);
    try {
      const first = once(runVolume, 'install', 'all');
      assert.equal(first.status, 1, first.stdout);
      assert.doesNotMatch(first.stdout, / -v /);
      const name = await startKeeper('private');
      const problem = await until('anchor-not-shared', () => {
        const { stdout } = podman('exec', name, 'binfmt-keeper', 'status', '-o', 'json');
        const report: Report = JSON.parse(stdout);
        return report.problems.find((p) => p.code === 'anchor-not-shared') ?? null;
      });
      assert.ok(runs());
      podman('rm', '-f', '-t', '10', name);
      assert.equal(runs(), false, 'as it said');
      const [typed = ''] = /mount --make-shared "\$\([^)]*\)"/.exec(problem.remedy) ?? [];
      assert.equal(command('sh', '-c', typed).status, 0, problem.remedy);
      const again = await startKeeper('shared');
      podman('rm', '-f', '-t', '10', again);
      assert.ok(runs(), 'the host keeps the anchor');
    } finally {
      command('mount', '--make-shared', shared);
    }
  });

  it('removes everything of its own by uninstall --purge, and begins anew then', async () => {
    const name = await startKeeper('purged');
    assert.equal(once(runVolume, 'uninstall', platform).status, 0);
    const purged = podman('exec', name, 'binfmt-keeper', 'uninstall', '--purge');
    assert.equal(purged.status, 0, purged.stderr);
    assert.equal(podman('exec', name, 'binfmt-keeper', 'health').status, 1);
    podman('rm', '-f', '-t', '10', name);
    for (const directory of ['/run/binfmt-keeper', '/var/lib/binfmt-keeper'])
      assert.deepEqual(readdirSync(directory), []);
    await startKeeper('anew');
    assert.ok(runs());
  });

  for (const args of [
    ['install', 'all'],
    ['--install', 'all'],
  ])
    it(`${args.join(' ')} fails without that volume, and says which one helps`, () => {
      const { status, stdout, stderr } = once([], ...args);
      assert.equal(status, 1);
      assert.match(`${stdout}${stderr}`, /-v \/run\/binfmt-keeper:\/run\/binfmt-keeper:rshared/);
      assert.equal(runs(), false);
    });

  it('serves docker/setup-qemu-action: its calls, each in a fresh container, on a host with a mount', () => {
    mountMain();
    const version = once([], '--version');
    assert.equal(version.status, 0);
    assert.match(version.stdout, /^binfmt-keeper\/\S+ qemu\/v\d\S* node\/24\S*\n$/);
    assert.equal(once([], '--uninstall', 'qemu-*').status, 0);
    const installed = once([], '--install', 'arm64,riscv64');
    assert.equal(installed.status, 0, installed.stderr);
    const shown = once([]);
    assert.equal(shown.status, 0);
    const { supported, emulators } = JSON.parse(shown.stdout);
    assert.ok(supported.includes('linux/arm64') && supported.includes('linux/riscv64'));
    assert.deepEqual(emulators, ['qemu-aarch64', 'qemu-riscv64']);
    assert.ok(runs());
    assert.equal(once([], '--uninstall', 'qemu-*').status, 0);
    assert.deepEqual(entries(), []);
  });

  it('is set up by the steps of action.yml, with what workflows of docker/setup-qemu-action give it', async () => {
    const set = runAction({ image, platforms: 'arm64,riscv64', reset: 'true', 'cache-image': 'false' });
    assert.equal(set.status, 0, set.stderr);
    const platforms = set.outputs.platforms?.split(',') ?? [];
    assert.ok(platforms.includes('linux/arm64') && platforms.includes('linux/riscv64'), set.stdout);
    assert.ok(runs());
    const kept = runAction({ image, platforms: 'arm64', keep: 'true' });
    try {
      assert.equal(kept.status, 0, kept.stderr);
      await healthy('binfmt-keeper');
    } finally {
      podman('rm', '-f', '-t', '0', 'binfmt-keeper');
    }
  });

  it('fails in the step of action.yml where a platform cannot be had, before anything else is printed as an output', () => {
    const unknown = runAction({ image, platforms: 'vax' });
    assert.equal(unknown.status, 2, unknown.stderr);
    const hostile = runAction({ image, platforms: 'arm64; reboot' });
    assert.equal(hostile.status, 2);
    assert.match(hostile.stderr, /^::error::platforms: /);
    assert.deepEqual([unknown.outputs, hostile.outputs], [{}, {}]);
  });

  for (const architecture of ['arm64', 'riscv64'])
    it(`runs a Debian of ${architecture}: packages, sudo, scripts, programs under another name`, (t) => {
      if (command('mmdebstrap', '--version').status !== 0) return t.skip('mmdebstrap is not installed');
      assert.equal(once(runVolume, 'install', 'linux/arm64', 'linux/riscv64').status, 0);
      tryForeignRoot(architecture);
    });

  describe('as a daemon, while another container executes foreign programs', () => {
    it('costs no exec when it is stopped, killed, started or restarted, or when the host unmounts', async (t) => {
      const keeper = await startKeeper('daemon');
      mountMain();
      const prober = await startProber();
      const faults: readonly (readonly [what: string, act: () => void | Promise<void>])[] = [
        ['podman stop', () => must(podman('stop', keeper))],
        ['podman start', () => started(keeper)],
        ['podman kill --signal KILL', () => must(podman('kill', '--signal', 'KILL', keeper))],
        ['podman start after the kill', () => started(keeper)],
        ['podman restart', () => restarted(keeper)],
        ['umount --lazy of the main mount', () => unmount(main)],
        ['umount --lazy of the anchor', () => unmount(anchor)],
        ["another tool's reset of all qemu-*", () => resetByAnother()],
      ];
      for (const [what, act] of faults) {
        const before = await prober.count();
        await act();
        const now = await prober.count();
        const failed = now.failed - before.failed;
        t.diagnostic(`${what}: ${failed} of ${now.execs - before.execs} execs failed`);
        assert.equal(failed, 0, `${what}: ${now.stories.at(-1)}`);
      }
      await healthy(keeper);
    });

    it('costs no exec when the image is exchanged for one with a newer QEMU', async (t) => {
      if (podman('image', 'exists', newerImage).status !== 0)
        return t.skip(
          `there is no image ${newerImage}: npm run image -- --qemu-suite trixie-backports --tag ${newerImage}`,
        );
      const old = await startKeeper('old');
      const prober = await startProber();
      const before = await prober.count();
      must(podman('stop', old));
      must(podman('rm', old));
      const keeper = await startKeeper('new', newerImage);
      const now = await prober.count();
      t.diagnostic(`${now.failed - before.failed} of ${now.execs - before.execs} execs failed`);
      assert.equal(now.failed - before.failed, 0, now.stories.at(-1));
      const { handlers } = JSON.parse(podman('exec', keeper, 'binfmt-keeper', 'status', '-o', 'json').stdout);
      t.diagnostic(`serves now: QEMU ${handlers[0].version}`);
      assert.notEqual(handlers[0].version, qemuOf(image));
      return undefined;
    });

    it('is told by the witness of docs/witness.md, a container without rights, that containers run the platform', async () => {
      const owner = ['-e', 'BINFMT_KEEPER_READINESS_WITNESS_OWNER=:65532'];
      const keeper = await startKeeper('watched', image, owner);
      const line = /^podman run [\s\S]*?linux\/arm64$/m
        .exec(witnessText)?.[0]
        .replace('linux/arm64', platform);
      must(asDocumented(line ?? '', 'witness'));
      await until('the word of the witness', () => {
        const { stdout } = podman('exec', keeper, 'binfmt-keeper', 'status', '-o', 'json');
        const { handlers } = JSON.parse(stdout) as Report;
        const told = handlers.find((one) => one.key === target)?.containers;
        return told?.verdict === 'verified' ? true : null;
      });
    });

    it('heals at once what another tool flushes', async (t) => {
      await startKeeper('daemon');
      mountMain();
      const prober = await startProber();
      const before = await prober.count();
      const times = 20;
      for (let i = 0; i < times; i++) {
        write(`${main}/status`, '-1');
        await prober.count();
      }
      const now = await prober.count();
      t.diagnostic(
        `${times} flushes of all entries: ${now.failed - before.failed} of ${now.execs - before.execs} execs failed`,
      );
      // Twenty in ten seconds are a storm, in which a heal may wait 100 ms.
      await until('a foreign program', () => (runs() ? true : null));
    });
  });
});

function qemuOf(name: string): string | undefined {
  return /qemu\/v(\S+)/.exec(podman('run', '--rm', name, '--version').stdout)?.[1];
}

function must({ status, stderr }: ReturnType<typeof podman>): void {
  assert.equal(status, 0, stderr);
}

async function started(name: string): Promise<void> {
  must(podman('start', name));
  await healthy(name);
}

async function restarted(name: string): Promise<void> {
  must(podman('restart', name));
  await healthy(name);
}

/** What `--reset -p yes` of the usual image does: deletes all qemu-*, registers its own. */
function resetByAnother(): void {
  const line = shellLine(`qemu-${target}`, `/usr/bin/qemu-${target}`);
  for (let i = 0; i < 2; i++)
    must(
      shell(
        `mount -t binfmt_misc binfmt_misc ${main} 2>/dev/null
         for entry in ${main}/qemu-*; do [ ! -e "$entry" ] || echo -1 >"$entry"; done
         printf %s '${line}' >${main}/register`,
      ),
    );
}
