import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { maintainerScripts } from '../scripts/package/deb.ts';

const start = 'systemctl restart binfmt-keeper.service';

describe('the scripts of the Debian package', () => {
  test('start the service at the first installation, and again at an upgrade where it is enabled or runs', (t) => {
    assert.ok(calls(t, 'postinst', ['configure'], 'systemd')?.includes(start) ?? true);
    for (const state of ['enabled', 'active'])
      assert.ok(calls(t, 'postinst', ['configure', '0.0.9'], `systemd ${state}`)?.includes(start) ?? true);
  });

  test('leave a service alone at an upgrade that somebody disabled and stopped', (t) => {
    const made = calls(t, 'postinst', ['configure', '0.0.9'], 'systemd');
    assert.deepEqual(made?.filter((call) => !call.includes(' is-')) ?? [reload], [reload]);
  });

  test('end well where systemd does not run', (t) => {
    assert.deepEqual(calls(t, 'postinst', ['configure', '0.0.9'], '') ?? [], []);
    assert.deepEqual(calls(t, 'postrm', ['remove'], '') ?? [], []);
    assert.deepEqual(calls(t, 'prerm', ['upgrade', '0.0.9'], '') ?? [], []);
    assert.deepEqual(calls(t, 'prerm', ['remove'], '') ?? removal, removal);
  });

  test('leave entries and anchor where another keeper answers, or has the lock', (t) => {
    const stop = 'systemctl stop binfmt-keeper.service';
    assert.deepEqual(calls(t, 'prerm', ['remove'], 'systemd kept') ?? [stop, health], [stop, health]);
    assert.deepEqual(calls(t, 'prerm', ['remove'], 'locked') ?? removal, removal);
    const anchor = `systemctl stop run-binfmt\\x2dkeeper-binfmt_misc.mount`;
    assert.deepEqual(calls(t, 'prerm', ['remove'], 'systemd') ?? [], [stop, ...removal, anchor]);
  });

  test('uninstall nothing from within a chroot: what is registered there is of the host', (t) => {
    if (!existsSync('/usr/bin/ischroot')) return t.skip('no ischroot');
    assert.deepEqual(calls(t, 'prerm', ['remove'], 'chroot') ?? [], []);
  });
});

const reload = 'systemctl daemon-reload';
const health = 'binfmt-keeper health';
const removal = [health, 'binfmt-keeper uninstall all'];

/** What a script calls of ours and of systemd in a world that has these; null where there can be no such world. */
function calls(
  t: TestContext,
  name: keyof typeof maintainerScripts,
  args: readonly string[],
  world: string,
): readonly string[] | null {
  const setUp = `set -e
has() { case " $WORLD " in *" $1 "*) ;; *) return 1 ;; esac; }
mount -t tmpfs none /run; mount -t tmpfs none /usr/sbin; mount -t tmpfs none /mnt
mkdir /mnt/bin /mnt/root
cat >/usr/sbin/binfmt-keeper <<'END'
#!/bin/sh
# The script throws away what health says.
echo "binfmt-keeper $*" >>/mnt/said
case " $WORLD $1 " in
  *' kept health '*) exit 0 ;;
  *' health '*) exit 3 ;;
  *' locked uninstall '*) exit 1 ;;
esac
END
cat >/mnt/bin/systemctl <<'END'
#!/bin/sh
echo "systemctl $*" >>/mnt/said
case " $* " in
  *' is-enabled '*) case $WORLD in *enabled*) ;; *) exit 1 ;; esac ;;
  *' is-active '*) case $WORLD in *active*) ;; *) exit 3 ;; esac ;;
esac
END
printf %s "$SCRIPT" >/mnt/script
chmod +x /usr/sbin/binfmt-keeper /mnt/bin/systemctl /mnt/script
if has systemd; then mkdir -p /run/systemd/system; fi
enter=
if has chroot; then
  enter='unshare -R /mnt/root'
  for each in /bin /lib* /usr /proc /run /mnt; do
    if [ -L "$each" ]; then cp -P "$each" /mnt/root; else mkdir "/mnt/root$each"; mount --rbind "$each" "/mnt/root$each"; fi
  done
fi
# No exec: the first process of this namespace stays outside, as that of a host does.
PATH=/mnt/bin:/usr/bin:/bin $enter /mnt/script "$@" >&2 || exit $?
touch /mnt/said; cat /mnt/said`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-Urmpf', '--mount-proc', '--propagation', 'private', 'sh', '-c', setUp, 'sh', ...args],
    {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, WORLD: world, SCRIPT: maintainerScripts[name] },
    },
  );
  if (/^unshare: /.test(stderr) && process.env.REQUIRE_KERNEL !== '1') {
    t.skip(stderr);
    return null;
  }
  assert.equal(status, 0, stderr);
  return stdout.split('\n').filter((line) => line !== '');
}
