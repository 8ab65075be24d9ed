import { mountMain, place, run } from '../causes.ts';
import { advice, type Rows, typed } from '../row.ts';

/** Kernel, namespaces and mounts. */
export const rows: Rows = {
  'no-kernel-support': advice(
    'needs a kernel without binfmt_misc: what can be loaded there is another kernel',
  ),
  'main-covered': typed({
    cause: 'a tmpfs over the main mount',
    types: /^umount /,
    async begin(desk) {
      await desk.stay(run);
      await desk.verified();
      desk.world.must('mount', '-t', 'tmpfs', 'tmpfs', desk.world.main);
      return desk.reported('main-covered');
    },
  }),
  'anchor-covered': typed({
    cause: 'a tmpfs over the anchor',
    types: /^umount /,
    async begin(desk) {
      await desk.stay(run);
      await desk.verified();
      desk.world.must('mount', '-t', 'tmpfs', 'tmpfs', desk.world.anchor);
      return desk.reported('anchor-covered');
    },
  }),
  'main-missing': typed({
    cause: 'an unmount while the keeper is paused',
    types: /^mount -t /,
    async begin(desk) {
      await desk.stay(run);
      await desk.verified();
      desk.type('binfmt-keeper pause');
      desk.world.must('umount', desk.world.main);
      return desk.reported('main-missing');
    },
  }),
  'read-only': typed({
    cause: 'a keeper that may not mount',
    types: /^mount -o remount,rw /,
    async begin(desk) {
      mountMain(desk.world);
      desk.world.must('mount', '-o', 'remount,ro', desk.world.main);
      await desk.stay(`setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin ${run}`);
      return desk.reported('read-only');
    },
  }),
  'main-autofs-unreachable': advice('needs the automount of systemd in another mount namespace'),
  'anchor-missing': advice('needs systemd, or a container that may mount'),
  'instances-differ': advice('the container is started anew with another volume'),
  'anchor-not-shared': {
    kind: 'elsewhere',
    file: 'test/e2e/not-shared.test.ts',
    name: 'the daemon says that its end would lose the entries, which is so; the remedy, typed as it stands, helps',
  },
  'not-lasting': {
    kind: 'elsewhere',
    file: 'test/e2e/not-shared.test.ts',
    name: 'install says so too, and advises what is not there yet',
  },
  'run-directory-untrusted': typed({
    cause: 'a run directory that others may write to',
    types: /^chown /,
    async begin(desk) {
      mountMain(desk.world);
      desk.world.must('chmod', '0777', desk.world.run);
      await desk.stay(run);
      return desk.logged('run-directory-untrusted', { RUN: desk.world.run });
    },
    gone: (desk) => desk.verified(),
  }),
  'textfile-unwritable': typed({
    cause: 'a directory that is missing',
    types: /^mkdir -p /,
    async begin(desk) {
      desk.world.configure(`publish: {textfile: ${desk.world.dir}/metrics/keeper.prom}\n`);
      await desk.stay(run);
      return desk.reported('textfile-unwritable');
    },
  }),
  'state-unwritable': advice('what fills or spoils the directory is not for a line to say'),
  'partial-view': advice('the container is started anew with more rights'),
  'store-elsewhere': advice('the container is started anew with a volume'),
  'interpreter-elsewhere': advice('the container is started anew with a volume'),
  'hung-path': typed({
    cause: 'a store on a file system that hangs',
    types: /^umount -l /,
    hangs: true,
    async begin(desk) {
      const { hang } = await import('../causes.ts');
      mountMain(desk.world);
      hang(desk.world, desk.world.store);
      await desk.stay(run);
      return desk.reported('hung-path');
    },
  }),
  'store-read-only': typed(
    {
      cause: 'an empty store that is mounted read-only',
      types: /--interpreters-deploy in-place$/,
      async begin(desk) {
        desk.world.remount(place(desk.world, desk.world.store), 'ro');
        await desk.stay(run);
        return desk.reported('store-read-only');
      },
    },
    {
      cause: 'the same',
      types: /^mount -o remount,rw /,
      async begin(desk) {
        desk.world.remount(place(desk.world, desk.world.store), 'ro');
        await desk.stay(run);
        return desk.reported('store-read-only');
      },
    },
  ),
  'store-full': typed({
    cause: 'a store of one megabyte',
    types: /--interpreters-deploy in-place$/,
    async begin(desk) {
      place(desk.world, desk.world.store, 'mode=755,size=1m');
      await desk.stay(run);
      return desk.reported('store-full');
    },
  }),
};
