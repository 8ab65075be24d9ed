import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Report } from '../../src/core/report/report.ts';
import { targets } from './foreign.ts';
import { type Case, suite } from './suite.ts';
import { pause, until } from './until.ts';
import { keeper, type World } from './world.ts';

const [target] = targets;

/** A one-shot in a mount namespace of its own, seen from the one outside, which plays the host. */
interface Scene {
  /** Commands on the host beforehand. */
  readonly host?: string;
  /** Options of unshare(1); a container by default: mounts are private, process ids its own. */
  readonly enter?: string;
  /** Commands in the container before the keeper starts. */
  readonly inside?: string;
  readonly flags?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What has to follow, and what is said of it. */
  readonly lasts: boolean;
  readonly says?: RegExp;
  /** Why no program was seen to run afterwards. */
  readonly unseen?: RegExp;
  /** The exit status is that of `lasts`, except where more was asked for than entries that last. */
  readonly status?: 0 | 1;
  /** Whether the anchor is mounted on the host afterwards; not looked at where absent. */
  readonly anchor?: boolean;
  /** In the remedy; the volume option by default. */
  readonly remedy?: string;
}

const container = '-mpf --propagation private';
const receiving = '-mpf --propagation slave';
const sharing = '-mpf --propagation unchanged';
const namespace = '-m --propagation private';
const mountMain = 'mount -t binfmt_misc b /proc/sys/fs/binfmt_misc';
const shareRun = 'mount --bind "$RUN" "$RUN"; mount --make-rshared "$RUN"';
const shareFs =
  'mkdir -p "$RUN/fs"; mount -t tmpfs t "$RUN/fs"; mount --make-rshared "$RUN/fs"; mkdir "$RUN/fs/b"';
/** Another container, which has mounted and ends a moment after this one has begun, as a second one-shot does. */
const passing = `(unshare -m --propagation private sh -c '
  mount -t binfmt_misc b /proc/sys/fs/binfmt_misc; touch "$DIR/held"
  until [ -e "$DIR/begun" ]; do sleep 0.01; done; sleep 0.6' >/dev/null 2>&1 </dev/null &)
  until [ -e "$DIR/held" ]; do sleep 0.01; done`;
/** Ends every program that is started once the keeper has let go of the instance; setpriv(1) starts them for it. */
const killsLast = `mkdir "$DIR/bin"; cat >"$DIR/bin/setpriv" <<END
#!/bin/sh
case "\\$*" in *' true') ;; *) $(command -v ls) -l /proc/\\$PPID/fd | $(command -v grep) -q binfmt_misc || kill -9 \\$$ ;; esac
exec $(command -v setpriv) "\\$@"
END
chmod +x "$DIR/bin/setpriv"; PATH="$DIR/bin:$PATH"`;
const withoutFfi = { BINFMT_KEEPER_NO_FFI: '1' };

const scenes: Readonly<Record<string, Scene>> = {
  'nothing mounted on the host, a container of its own: it fails, and nothing is left': {
    lasts: false,
    says: /the only ones/,
  },
  'the same without FFI': { env: withoutFfi, lasts: false },
  'the same with --persist': { flags: '--persist', lasts: false, says: /the only ones/ },
  'nothing mounted on the host, mounts received from it but not sent there: it fails': {
    host: shareRun,
    enter: receiving,
    lasts: false,
  },
  'nothing mounted on the host, only a mount namespace, which sees the processes of the host: it fails': {
    enter: namespace,
    lasts: false,
  },
  'nothing mounted on the host, the container has mounted it before: it fails': {
    inside: mountMain,
    lasts: false,
    says: /this mount namespace only/,
  },
  'the same without FFI, and without processes ids of its own': {
    enter: namespace,
    inside: mountMain,
    env: withoutFfi,
    lasts: false,
  },
  'a run directory that is shared with nobody, though it is tagged as shared: it fails': {
    inside: shareRun,
    lasts: false,
    says: /shared, but with nobody/,
    remedy: 'mount --make-shared',
  },
  'the same, and visible twice in the container': {
    inside: `${shareRun}; mkdir "$DIR/twice"; mount --bind "$RUN" "$DIR/twice"`,
    lasts: false,
    remedy: 'mount --make-shared',
  },
  'the host has its own mount: it lasts, and no anchor stays': {
    host: mountMain,
    lasts: true,
    says: /another holder/,
    anchor: false,
  },
  'the same, and the last program is killed: what holds it is believed, and that nothing was seen is told': {
    host: mountMain,
    inside: killsLast,
    lasts: true,
    says: /another holder/,
    unseen: /^ended by SIGKILL/,
  },
  'the host has its own mount, without FFI, by the age of the instance': {
    host: `${mountMain}; sleep 0.5`,
    env: withoutFfi,
    lasts: true,
    says: /another holder/,
    anchor: false,
  },
  'another container holds the instance, but only for a moment: it fails': {
    host: passing,
    inside: 'touch "$DIR/begun"',
    lasts: false,
    says: /the only ones/,
  },
  'the host has its own mount, --persist in a container of its own: the anchor cannot stay, it fails': {
    host: mountMain,
    flags: '--persist',
    lasts: true,
    status: 1,
    says: /--persist/,
  },
  "the host's own mount was bound into the container: it lasts": {
    host: `${mountMain}; mkdir -p "$RUN/main"; mount --bind /proc/sys/fs/binfmt_misc "$RUN/main"; sleep 2`,
    flags: '--mounts-main "$RUN/main"',
    lasts: true,
    says: /older than this container/,
    anchor: false,
  },
  "the host's own mount was bound into a namespace that sees the processes of the host: it lasts": {
    host: mountMain,
    enter: namespace,
    lasts: true,
    says: /another mount namespace/,
    anchor: false,
  },
  // A bootstrap container of Bottlerocket has the host's process ids and file system, but not CAP_SYS_PTRACE.
  'the same without rights over processes of the host, whose links cannot be read: it lasts': {
    host: mountMain,
    enter: `${namespace} setpriv --bounding-set -sys_ptrace`,
    lasts: true,
    says: /another mount namespace/,
    anchor: false,
  },
  'the same where the host has no mount: it fails': {
    enter: `${namespace} setpriv --bounding-set -sys_ptrace`,
    inside: mountMain,
    lasts: false,
    says: /this mount namespace only/,
  },
  "the host's own mount propagates into the container: it lasts": {
    host: `${shareFs}; mount -t binfmt_misc b "$RUN/fs/b"`,
    enter: receiving,
    flags: '--mounts-main "$RUN/fs/b"',
    lasts: true,
    says: /outside of this one/,
    anchor: false,
  },
  'nothing mounted on the host, a directory of the main mount that is shared with it: the main mount lasts': {
    host: shareFs,
    enter: sharing,
    flags: '--mounts-main "$RUN/fs/b"',
    lasts: true,
    says: /the main mount also lies/,
    anchor: false,
  },
  'nothing mounted on the host, a run directory that is shared with it: the anchor lasts': {
    host: shareRun,
    enter: sharing,
    lasts: true,
    says: /shared with the host/,
    anchor: true,
  },
  'the same without FFI and with --persist': {
    host: shareRun,
    enter: sharing,
    env: withoutFfi,
    flags: '--persist',
    lasts: true,
    says: /shared with the host/,
    anchor: true,
  },
  'the same, and visible twice in the container, as with -v /run:/host/run too': {
    host: `${shareRun}; mkdir "$DIR/twice"`,
    enter: sharing,
    inside: 'mount --bind "$RUN" "$DIR/twice"',
    lasts: true,
    says: /shared with the host/,
    anchor: true,
  },
  'the host has its own mount, a shared run directory: it lasts, the anchor goes again': {
    host: `${mountMain}; ${shareRun}`,
    enter: sharing,
    lasts: true,
    says: /./,
    anchor: false,
  },
  'the host has its own mount, a shared run directory, --persist: the anchor stays': {
    host: `${mountMain}; ${shareRun}`,
    enter: sharing,
    flags: '--persist',
    lasts: true,
    says: /./,
    anchor: true,
  },
  'an anchor that an earlier one-shot left on the host: it lasts, and it stays': {
    host: `${shareRun}; mkdir -p "$ANCHOR"; mount -t binfmt_misc b "$ANCHOR"`,
    enter: sharing,
    lasts: true,
    says: /shared with the host/,
    anchor: true,
  },
  'an anchor on the host of which the container has a private copy: it lasts': {
    host: 'mkdir -p "$ANCHOR"; mount -t binfmt_misc b "$ANCHOR"; sleep 2',
    lasts: true,
    says: /older than this container/,
    anchor: true,
  },
};

await suite(
  import.meta.url,
  'install says truly whether its entries outlive it',
  Object.fromEntries(
    Object.entries(scenes).map(([name, scene], at): [string, Case] => [
      name.startsWith('the same') ? `${name} (${at})` : name,
      (world) => play(world, scene),
    ]),
  ),
);

async function play(world: World, scene: Scene): Promise<undefined> {
  const env = {
    ...process.env,
    BINFMT_KEEPER_SANDBOX: '1',
    BINFMT_KEEPER_INTERPRETERS_STORE: world.store,
    BINFMT_KEEPER_MOUNTS_ANCHOR: world.anchor,
    BINFMT_KEEPER_HTTP_LISTEN: 'off',
    DIR: world.dir,
    RUN: world.run,
    ANCHOR: world.anchor,
    ...scene.env,
  };
  const shell = (program: string, args: readonly string[]) =>
    spawnSync(program, args, { env, encoding: 'utf8', timeout: 40_000 });
  const host = shell('sh', ['-ec', scene.host ?? ':']);
  assert.equal(host.status, 0, host.stderr);
  const line = `'${process.execPath}' --no-warnings '${keeper}' install ${target} -o json ${scene.flags ?? ''}`;
  const enter = scene.enter ?? container;
  // As a container's runtime does: a procfs of its own, nothing of the host's below it.
  const proc = enter.startsWith(namespace)
    ? ':'
    : `umount -l ${world.main} 2>/dev/null || :\nmount -t proc proc /proc`;
  const inner = ['sh', '-ec', `${proc}\n${scene.inside ?? ':'}\n${line}`];
  const { status, stdout, stderr } = shell('unshare', [...enter.split(' '), ...inner]);
  const said = `${stdout}${stderr}`;
  assert.ok(stdout.startsWith('{'), said);
  const report = JSON.parse(stdout) as Report;
  assert.ok(report.ready, said);
  const { lasting } = report;
  assert.match(lasting?.lasts === true ? lasting.because : (lasting?.why ?? ''), scene.says ?? /./, said);
  const unseen = lasting?.lasts === true ? lasting.unseen : undefined;
  if (scene.unseen === undefined) assert.equal(unseen, undefined, said);
  else assert.match(unseen ?? '', scene.unseen, said);
  const told = scene.lasts ? 'anchor-not-shared' : 'not-lasting';
  assert.equal(report.problems.filter((p) => p.code === told).length, status, said);
  const remedy = scene.remedy ?? `-v ${world.run}:${world.run}:rshared`;
  if (status === 1) assert.ok(JSON.stringify(report.problems).includes(remedy), `not in ${said}`);

  // The kernel takes the mounts of a namespace apart a moment after its last process has ended.
  if (scene.lasts) await pause(500);
  else await until('the entries gone', () => (runs(world) ? null : true));
  assert.equal(runs(world), scene.lasts, said);
  assert.equal(status, scene.status ?? (scene.lasts ? 0 : 1), said);
  if (scene.anchor !== undefined) assert.equal(world.isMounted(world.anchor), scene.anchor, said);
  return undefined;
}

/** By execution on the host, where nobody runs any more. */
function runs(world: World): boolean {
  const file = world.probe(target);
  const { status, stdout } = spawnSync(file, { input: 'x', encoding: 'utf8', timeout: 20_000 });
  return status === 0 && stdout === `${file}\n`;
}
