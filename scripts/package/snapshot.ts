/**
 * What ships with its own Node begins from a snapshot of V8's heap in which everything is compiled and evaluated already,
 * and so are those modules of Node that it needs. `node scripts/package/snapshot.ts DIRECTORY` adds it to a bundle.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { forBundles } from './build.ts';
import { isCalled, root } from './files.ts';
import { leadToParts, libraries } from './parts.ts';

/** The file beside main.mjs that Node is begun from. */
export const snapshotFile = 'snapshot.blob';

/** The options of Node that a snapshot in a directory is used with. */
export const fromSnapshot = (directory: string): string => `--snapshot-blob=${directory}/${snapshotFile}`;

/**
 * Writes it into the directory of a bundle, by the Node that will use it, called with these flags: any other version or
 * architecture refuses it. Throws where that Node cannot be run here.
 */
export async function addSnapshot(
  directory: string,
  node: readonly string[],
  flags: readonly string[],
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'binfmt-keeper-snapshot-'));
  try {
    const builder = join(work, 'builder.cjs');
    writeFileSync(builder, await program());
    // Without V8's cache of code, which is bound to features of the processor that it was made on.
    writeFileSync(join(work, 'config.json'), JSON.stringify({ builder, withoutCodeCache: true }));
    const [command = '', ...before] = node;
    const { status, stderr, error } = spawnSync(
      command,
      [
        ...[...before, ...flags, ...compiled, `--snapshot-blob=${resolve(directory, snapshotFile)}`],
        ...['--build-snapshot-config', join(work, 'config.json')],
      ],
      // Nothing of whoever builds goes into it.
      { cwd: work, env: {}, encoding: 'utf8' },
    );
    if (status !== 0 || stderr !== '') throw new Error(`${node.join(' ')}: ${error?.message ?? stderr}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Functions that have not run are compiled too; what differs between two builds is kept small. */
const compiled = ['--hash-seed=1', '--random-seed=1', '--predictable'];

/** Libraries that are part of it, though they are evaluated when they are asked for. */
const inside: ReadonlySet<string> = new Set(['koffi', 'pino', 'chokidar']);

/** One script in which all that an import may lead to later is evaluated at once, but for the libraries. */
async function program(): Promise<string> {
  const { metafile } = await bundleOf("import './src/begin.ts';");
  const later = importedLater(metafile).map((path) => `import './${path}';`);
  const { text } = await bundleOf([...later, begun].join('\n'));
  const settled = text.replace(/\bimport\(("[^"]+")\)/g, 'Promise.resolve($1).then(require)');
  if (/\bimport\(/.test(settled)) throw new Error('an import that no snapshot can make is left in it');
  return settled;
}

/**
 * Paths of the command line are made whole, as Node does for a script. As for an ES module whose last wait has no end, 13
 * is the status where nothing sets another.
 */
const begun = `
import { resolve } from 'node:path';
import { startupSnapshot } from 'node:v8';
import { begin } from './src/begin.ts';
// What performance is, which tells the time from the beginning.
process.getBuiltinModule('node:perf_hooks');
startupSnapshot.setDeserializeMainFunction(() => {
  process.argv[1] = resolve(process.argv[1]);
  const option = '--snapshot-blob=';
  process.execArgv = process.execArgv.map((word) =>
    word.startsWith(option) ? option + resolve(word.slice(option.length)) : word,
  );
  process.exitCode = 13;
  void begin();
});`;

/**
 * A snapshot's own require knows modules of Node alone, and warns of some. The others lie beside the program that the
 * command line names, wherever that is.
 */
const requireOfSnapshot = `require = (id) => process.getBuiltinModule(id) ?? place.require(id);
const place = {
  get url() { return process.getBuiltinModule('node:url').pathToFileURL(process.argv[1]).href; },
  require(id) { return process.getBuiltinModule('node:module').createRequire(place.url)(id); },
};`;

async function bundleOf(contents: string): Promise<{ readonly text: string; readonly metafile: Metafile }> {
  const options: BuildOptions & { metafile: true; write: false } = {
    ...forBundles,
    metafile: true,
    write: false,
    stdin: { contents, resolveDir: root, sourcefile: 'snapshot.ts' },
    format: 'cjs',
    define: { 'import.meta.url': 'place.url' },
    banner: { js: requireOfSnapshot },
    plugins: [leadToParts(root, (name) => name in libraries && !inside.has(name))],
  };
  const { outputFiles, metafile } = await build(options);
  return { text: outputFiles[0]?.text ?? '', metafile };
}

/** Sources of ours that an import of another one is made of when it runs. */
function importedLater({ inputs }: Metafile): readonly string[] {
  const later = Object.values(inputs).flatMap(({ imports }) =>
    imports.filter(({ kind, external }) => kind === 'dynamic-import' && external !== true),
  );
  return [...new Set(later.map(({ path }) => path))].filter((path) => path.startsWith('src/'));
}

if (isCalled(import.meta.url, 'snapshot.ts')) {
  const [directory = '', ...flags] = process.argv.slice(2);
  await addSnapshot(directory, [process.execPath], flags);
  console.log(`${relative('.', directory)}/${snapshotFile}`);
}
