import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './build.ts';
import { put, root, run, write } from './files.ts';
import { architectures, putNatives } from './tree.ts';

/** What of package.json somebody who installs the bundle needs; what it was built from is inside already. */
const kept = [
  ...['name', 'version', 'description', 'keywords', 'license', 'author', 'repository', 'homepage', 'bugs'],
  ...['type', 'engines', 'bin', 'man'],
];

/** Lays out the npm package, packs it into a directory and returns the file. It depends on no other package. */
export async function npmTarball(work: string, cache: string, directory: string): Promise<string> {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const dist = join(work, 'dist');
  await bundle(dist);
  putNatives(dist, Object.values(architectures), cache);
  const published = { ...Object.fromEntries(kept.map((key) => [key, manifest[key]])), os: ['linux'] };
  write(join(work, 'package.json'), `${JSON.stringify(published, null, 2)}\n`, 0o644);
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) put(join(root, file), join(work, file), 0o644);
  cpSync(join(root, 'man'), join(work, 'man'), { recursive: true });
  mkdirSync(directory, { recursive: true });
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const [packed] = JSON.parse(
    run(command, [...first, 'pack', '--json', '--pack-destination', directory, work]),
  );
  return join(directory, packed.filename);
}
