/**
 * Bundles the keeper into dist/: main.mjs, the parts that it reads only when it needs them, koffi's native files and
 * the licences of what is inside. No node_modules is needed beside it.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { isCalled, root } from './files.ts';
import { leadToParts, libraries, parts } from './parts.ts';

/** How everything that ships is bundled. */
export const forBundles = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true, // names stay: the stack of a defect is what a bug report needs
  alias: { koffi: './scripts/package/koffi-native.mjs' },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Writes the bundle into a directory, removes whatever else is there, and returns what went into which file. */
export async function bundle(directory: string): Promise<Metafile> {
  const shared: BuildOptions & { metafile: true } = {
    ...forBundles,
    metafile: true,
    format: 'esm',
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    banner: { js: requireForCommonJs },
    plugins: [leadToParts(root)],
  };
  const alone = Object.entries(parts).map(([name, source]) =>
    build({ ...shared, entryPoints: { [name]: source } }),
  );
  const built = await Promise.all([
    ...alone,
    build({ ...shared, entryPoints: { ...libraries }, splitting: true }),
  ]);
  const metafile: Metafile = {
    inputs: Object.assign({}, ...built.map((one) => one.metafile.inputs)),
    outputs: Object.assign({}, ...built.map((one) => one.metafile.outputs)),
  };
  const written = Object.keys(metafile.outputs).map((path) => basename(path));
  const natives = copyNatives(directory);
  writeFileSync(join(directory, 'LICENSES.txt'), licences(metafile));
  const kept = new Set([...written, ...natives, 'LICENSES.txt']);
  for (const name of readdirSync(directory))
    if (!kept.has(name)) rmSync(join(directory, name), { recursive: true });
  chmodSync(join(directory, 'main.mjs'), 0o755);
  return metafile;
}

/** CommonJS dependencies call require, which an ES module lacks. The name is long because esbuild knows nothing of it. */
const requireForCommonJs =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

/** koffi's builds for this machine, one for each C library, under the names that koffi-native.mjs looks for. */
function copyNatives(directory: string): string[] {
  mkdirSync(directory, { recursive: true });
  const scope = join(root, 'node_modules/@koromix');
  const packages = readable(scope).filter((name) => name.startsWith('koffi-linux-'));
  return packages.flatMap((name) => {
    const arch = name.slice('koffi-linux-'.length);
    const builds = readable(join(scope, name)).filter((entry) => /^(linux|musl)_/.test(entry));
    return builds.map((entry) => {
      const file = `koffi-${arch}-${entry.startsWith('musl') ? 'musl' : 'glibc'}.node`;
      const target = join(directory, file);
      // A daemon that runs from here has the old file mapped: written over, it would end with SIGBUS.
      copyFileSync(join(scope, name, entry, 'koffi.node'), `${target}.new`);
      renameSync(`${target}.new`, target);
      return file;
    });
  });
}

/** koffi has no build for some machines, such as s390x; the keeper works there without it. */
function readable(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The licence texts of all packages inside the bundle, as their terms ask. */
function licences(metafile: Metafile): string {
  const inside = Object.keys(metafile.inputs).map(
    (path) => /^(?:.*\/)?(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  const directories = [...new Set([...inside.flatMap((d) => d ?? []), 'node_modules/koffi'])].sort();
  return directories
    .map((directory) => {
      const path = join(root, directory);
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      const file = readdirSync(path).find((f) => /^licen[cs]e/i.test(f));
      if (file === undefined) throw new Error(`${relative(root, path)} has no licence file`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

if (isCalled(import.meta.url, 'build.ts')) {
  const started = performance.now();
  const { outputs } = await bundle(join(root, 'dist'));
  const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
  const took = Math.round(performance.now() - started);
  console.log(`dist/main.mjs and parts: ${Math.round(bytes / 1024)} KiB in ${took} ms`);
}
