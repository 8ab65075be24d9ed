import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readdirSync, rmSync } from 'node:fs';
import { cli } from './cli.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import type { World } from './world.ts';

/** What `store list -o json` prints, as far as it is looked at here. */
interface Listed {
  readonly unseen: readonly string[];
  readonly files: readonly {
    readonly name: string;
    readonly path: string;
    readonly version: string | null;
    readonly origin: string | null;
    readonly inode: { readonly ino: number } | null;
    readonly uses: readonly { readonly kind: string; readonly name?: string; readonly pin?: string }[];
  }[];
}

function listed(world: World): Listed {
  const { said } = cli(world, ['store', 'list', '-o', 'json']);
  // Below it stands who is not seen.
  return JSON.parse(said.slice(0, said.lastIndexOf('\n}\n') + 3));
}

await suite(import.meta.url, 'the store', {
  'list shows which entry pins which inode, also where the file was replaced behind its back': async (
    world,
  ) => {
    const daemon = await world.startVerified();
    // It would register the new file at once.
    await daemon.ended('SIGTERM');
    const [file] = listed(world).files;
    assert.ok(file);
    assert.match(file.origin ?? '', /qemu-aarch64/);
    assert.ok(
      file.uses.some((use) => use.kind === 'entry' && use.pin === 'this'),
      JSON.stringify(file),
    );
    world.must('sh', '-c', 'cp "$1" "$1.x" && mv "$1.x" "$1"', 'sh', file.path);
    const [later] = listed(world).files;
    assert.notEqual(later?.inode?.ino, file.inode?.ino);
    assert.ok(
      later?.uses.some((use) => use.pin === 'another'),
      JSON.stringify(later),
    );
    return undefined;
  },

  'verify fails with a code where one bit is another, and tells nothing else apart': async (world) => {
    const daemon = await world.startVerified();
    await daemon.ended('SIGTERM');
    assert.equal(cli(world, ['store', 'verify']).status, 0);
    const [file] = listed(world).files;
    assert.ok(file);
    rmSync(file.path);
    copyFileSync('/bin/true', file.path);
    appendFileSync(file.path, 'x');
    const { status, said } = cli(world, ['store', 'verify']);
    assert.equal(status, 1);
    assert.match(said, /error store-file-differs/);
    assert.match(said, /install aarch64/);
    return undefined;
  },

  'where leads from platform and from name to the file, for an entry of others too': async (world) => {
    const daemon = await world.startVerified();
    world.register('theirs');
    const { status, said } = cli(world, ['where', 'linux/arm64', '-o', 'json']);
    assert.equal(status, 0, said);
    const traced = JSON.parse(said);
    const ours = traced.find((one: { entry: string }) => one.entry === `keeper-${targets[0]}`);
    const theirs = traced.find((one: { entry: string }) => one.entry === 'theirs');
    assert.deepEqual([ours.owner, theirs.owner], ['ours', 'unknown']);
    assert.equal(ours.file.sha256, theirs.file.sha256);
    assert.equal(ours.pinned.ino, ours.file.ino);
    assert.deepEqual([theirs.pinned, theirs.origin], [null, null]);
    assert.equal(ours.origin, theirs.interpreter);
    assert.equal(ours.version, theirs.version);
    const none = cli(world, ['where', 'their']);
    assert.equal(none.status, 1);
    assert.match(none.said, /did you mean "theirs"/);
    await daemon.ended('SIGTERM');
    return undefined;
  },

  'gc removes nothing where the processes of the host are hidden, and says so': async (world) => {
    const daemon = await world.startVerified();
    await daemon.ended('SIGTERM');
    cli(world, ['uninstall']);
    const before = readdirSync(world.store).length;
    const { status, said } = cli(world, ['store', 'gc']);
    assert.equal(status, 1);
    assert.match(said, /store-users-unknown/);
    assert.equal(readdirSync(world.store).length, before);
    return undefined;
  },
});
