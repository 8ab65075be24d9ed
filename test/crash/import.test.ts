import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseManifest, storedPath } from '../../src/core/report/store-manifest.ts';
import { deployBundle } from '../../src/host/bundle/deploy-bundle.ts';
import { createSelinux } from '../../src/host/selinux/selinux.ts';
import { createStore } from '../../src/host/store/store.ts';
import type { World } from '../e2e/world.ts';
import { bundle, here, sha256, standIn } from '../host/bundle/make.ts';
import { scratch } from '../host/scratch.ts';
import { requireStrace } from '../strace.ts';
import { age } from './inspect.ts';
import { runTraced } from './traced.ts';

/** All that changes a file system. */
const calls = ['pwrite64', 'fchmod', 'chmod', 'fsync', 'rename', 'mkdir', 'unlink', 'rmdir'];
const targets = ['sh4', 'alpha'];

test('an import that is killed at any call that changes something leaves the old store or the new one', async (t) => {
  if (!requireStrace(t)) return;
  const dir = scratch();
  const world = { dir, store: `${dir}/store`, anchor: `${dir}/run/binfmt_misc` } as World;
  for (const version of ['1.0', '2.0']) {
    const files = targets.map((target) => ({
      name: `usr/bin/qemu-${target}`,
      content: standIn(target, version, { size: 600_000 }),
    }));
    writeFileSync(`${dir}/${version}.tar`, bundle({ files }));
  }
  const into = { store: world.store, label: 'auto', publicKey: '', machine: here, dryRun: false };
  const deploy = (version: string) => deployBundle(`${dir}/${version}.tar`, into, null, createSelinux(null));
  assert.ok((await deploy('1.0')).ok);
  cpSync(world.store, `${dir}/old-store`, { recursive: true, preserveTimestamps: true });
  const run = (kill: Parameters<typeof runTraced>[3]) =>
    runTraced(world, ['store', 'import', `${dir}/2.0.tar`], { calls, paths: [] }, kill, () => null);

  const { steps, said } = await run(null);
  assert.match(said, /Deployed/);
  assert.deepEqual(versions(world.store), ['1.0', '1.0', '2.0', '2.0']);
  const seen = { old: 0, new: 0 };
  for (const step of steps) {
    rmSync(world.store, { recursive: true });
    cpSync(`${dir}/old-store`, world.store, { recursive: true, preserveTimestamps: true });
    const { killed } = await run(step);
    assert.ok(killed, step.label);
    // The list names old files only, or all; whatever lies in a place of its own is whole.
    const state = versions(world.store).length === 2 ? 'old' : 'new';
    seen[state] += 1;
    assert.deepEqual(
      versions(world.store),
      state === 'old' ? ['1.0', '1.0'] : ['1.0', '1.0', '2.0', '2.0'],
      step.label,
    );
    assertWhole(world.store, step.label);
    t.diagnostic(`| ${step.label} | ${state}; ${leftovers(world.store).length} left over |`);
    age(leftovers(world.store));
    assert.ok((await deploy('2.0')).ok, step.label);
    assert.deepEqual(await createStore(world.store).verify(), [], step.label);
    assert.deepEqual(leftovers(world.store), [], step.label);
  }
  assert.ok(seen.old > 10, JSON.stringify(seen));
});

function versions(store: string): readonly (string | null)[] {
  const manifest = parseManifest(readFileSync(`${store}/manifest.json`, 'utf8'));
  assert.ok(manifest, 'the manifest is damaged');
  for (const file of manifest.files)
    assert.equal(sha256(readFileSync(join(store, storedPath(file)))), file.sha256);
  return manifest.files.map(({ sha256: sum, name }) => {
    const text = readFileSync(join(store, storedPath({ name, sha256: sum }))).toString('latin1');
    return /version (\d\.\d)/.exec(text)?.[1] ?? null;
  });
}

function assertWhole(store: string, label: string): void {
  for (const hash of readdirSync(store).filter((name) => /^[0-9a-f]{16}$/.test(name)))
    for (const name of readdirSync(join(store, hash)))
      assert.equal(
        sha256(readFileSync(join(store, hash, name))).slice(0, 16),
        hash,
        `${label}: ${hash}/${name}`,
      );
}

function leftovers(store: string): readonly string[] {
  if (!existsSync(store)) return [];
  return readdirSync(store)
    .filter((name) => name.startsWith('.'))
    .map((name) => join(store, name));
}
