import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, opendirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { type EntryText, parseEntry } from '../../src/core/kernel/entry.ts';
import { matchesHeader } from '../../src/core/kernel/match.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { sampleHeaders } from '../../src/core/platforms/catalogue-magic.ts';
import { parseState } from '../../src/core/report/state-file.ts';
import { parseManifest, storedPath } from '../../src/core/report/store-manifest.ts';
import type { World } from '../e2e/world.ts';

/** An entry as anybody sees it: its name, its text and which registration it is. */
export interface Seen {
  readonly name: string;
  readonly text: string;
  readonly ino: number;
}

/** All entries, in the order in which the kernel searches them. */
export function entriesOf(directory: string): readonly Seen[] {
  const seen: Seen[] = [];
  if (!existsSync(`${directory}/register`)) return seen;
  const listing = opendirSync(directory, { encoding: 'latin1' });
  for (let item = listing.readSync(); item !== null; item = listing.readSync()) {
    if (item.name === 'register' || item.name === 'status') continue;
    const path = Buffer.from(`${directory}/${item.name}`, 'latin1');
    seen.push({ name: item.name, text: readFileSync(path, 'latin1'), ino: statSync(path).ino });
  }
  listing.closeSync();
  return seen;
}

/** The interpreter that the kernel would choose for programs of a target; null where there is none. */
export function servingInterpreter(entries: readonly Seen[], target: string): string | null {
  const architecture = architectureOf(target);
  const [header] = architecture === undefined ? [] : sampleHeaders(architecture);
  if (header === undefined) throw new Error(`no header of ${target}`);
  const takes = (entry: EntryText | null): boolean =>
    entry?.matcher != null && entry.enabled && matchesHeader(entry.matcher, header);
  return entries.map((e) => parseEntry(e.text)).find(takes)?.interpreter ?? null;
}

/** Fails unless every file of store and run directory is whole: each is the old one or the new one. */
export function assertWhole(world: World): void {
  for (const hash of list(world.store).filter((name) => /^[0-9a-f]{16}$/.test(name))) {
    for (const name of list(`${world.store}/${hash}`)) {
      assert.equal(
        sha256(`${world.store}/${hash}/${name}`).slice(0, 16),
        hash,
        `${hash}/${name} is not whole`,
      );
    }
  }
  if (existsSync(`${world.store}/manifest.json`)) {
    const manifest = parseManifest(readFileSync(`${world.store}/manifest.json`, 'utf8'));
    assert.ok(manifest, 'the manifest is damaged');
    for (const file of manifest.files)
      assert.equal(sha256(`${world.store}/${storedPath(file)}`), file.sha256);
  }
  if (existsSync(`${world.store}/hashes.json`))
    JSON.parse(readFileSync(`${world.store}/hashes.json`, 'utf8'));
  if (existsSync(`${world.run}/report.json`)) JSON.parse(readFileSync(`${world.run}/report.json`, 'utf8'));
  if (existsSync(`${world.run}/state.json`)) {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const state = parseState(readFileSync(`${world.run}/state.json`, 'utf8'), boot);
    assert.ok(state.ok, state.ok ? '' : `state.json: ${state.why}`);
  }
}

/** What writing leaves in our directories until it is done: files, and the directory of a socket. */
export function temporaryFiles(world: World): readonly string[] {
  return [world.run, world.store, `${world.dir}/probes`].flatMap((dir) =>
    list(dir)
      .filter((name) => name.startsWith('.'))
      .map((name) => `${dir}/${name}`),
  );
}

/** Makes them as old as those of a crash of yesterday: younger ones may belong to a process that is at work. */
export function age(paths: readonly string[]): void {
  for (const path of paths) utimesSync(path, 1, 1);
}

function list(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
