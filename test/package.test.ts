import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Metafile } from 'esbuild';
import { bundle } from '../scripts/package/build.ts';
import { addSnapshot, fromSnapshot } from '../scripts/package/snapshot.ts';
import { version } from '../src/core/version.ts';
import { root } from './architecture/imports.ts';
import { inPrivateInstance, requireKernel } from './kernel.ts';

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest: Manifest = JSON.parse(read('package.json'));
const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(read('package-lock.json'));
const dependencies = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

describe('the manifest', () => {
  test('names the version that the program prints and that the changelog describes', () => {
    assert.equal(version, manifest.version);
    assert.ok(read('CHANGELOG.md').includes(`\n## ${manifest.version}\n`));
  });

  test('pins every dependency exactly', () => {
    assert.deepEqual(
      dependencies.filter(([, wanted]) => !/^\d+\.\d+\.\d+$/.test(wanted)),
      [],
    );
  });

  test('has no scripts that lead nowhere', () => {
    const files = Object.values(manifest.scripts).flatMap((line) => line.match(/\S+\.(mjs|ts)\b/g) ?? []);
    assert.ok(files.length >= 4);
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });
});

describe('the lock file', () => {
  const shipped = Object.entries(lock.packages).filter(
    ([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link,
  );

  test('fixes what ships by its hash', () => {
    assert.ok(shipped.length > 20);
    assert.deepEqual(
      shipped.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')),
      [],
    );
  });

  test('sends nobody to a registry of somebody else', () => {
    const elsewhere = Object.values(lock.packages).filter(
      ({ resolved, link }) =>
        !link && resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    assert.deepEqual(elsewhere, []);
  });

  test('has only licences that let the bundle be given away', () => {
    const allowed = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];
    assert.deepEqual(
      shipped.filter(([, { license }]) => !allowed.includes(license ?? '')),
      [],
    );
  });
});

describe('the documents', () => {
  test('give a reason for each dependency, with the version that is installed', () => {
    const text = read('docs/dependencies.md');
    assert.deepEqual(
      dependencies.filter(([name, wanted]) => !text.includes(`\n| ${name} | ${wanted} |`)),
      [],
    );
  });
});

describe('the bundle', () => {
  let directory: string;
  let program: string;
  let metafile: Metafile;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'binfmt-keeper-bundle-'));
    program = join(directory, 'main.mjs');
    metafile = await bundle(directory);
  });
  after(() => rmSync(directory, { recursive: true }));

  test('runs by itself, without node_modules', () => {
    accessSync(program, constants.X_OK);
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, '--version'], {
      cwd: '/',
      encoding: 'utf8',
    });
    assert.deepEqual({ stderr, status }, { stderr: '', status: 0 });
    assert.ok(stdout.startsWith(`binfmt-keeper/${version} qemu/`), stdout);
  });

  test('begins with a line that makes it a program', () => {
    assert.match(readFileSync(program, 'utf8'), /^#!\/usr\/bin\/env (-S )?node\b/);
  });

  test('loads FFI where koffi has a build for this machine', (t) => {
    if (!existsSync(join(root, `node_modules/@koromix/koffi-linux-${process.arch}`)))
      return t.skip(`koffi has no build for ${process.arch}`);
    const code = `const { default: koffi } = await import(${JSON.stringify(join(directory, 'koffi.mjs'))});
      console.log(koffi.load(null).func('int getpid()')() === process.pid)`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    assert.equal(stdout, 'true\n', stderr);
  });

  test('reads the command line library and chokidar only when they are used', () => {
    const eager = packagesOf(eagerOutputs(metafile, /^src\/work\.ts$/));
    assert.ok(eager.size <= 1, [...eager].join());
    for (const lazy of ['yargs', 'chokidar', 'pino', 'zod', 'yaml']) {
      assert.ok(packagesOf(Object.values(metafile.outputs)).has(lazy));
      assert.ok(!eager.has(lazy), `run loads ${lazy} at start`);
    }
  });

  const plain = ['main.mjs', 'work.mjs'];
  const loading: Readonly<Record<string, readonly [line: string, parts: readonly string[]]>> = {
    'the version': ['--version', ['main.mjs', 'version.mjs']],
    'a question for health': ['health', ['main.mjs', 'health.mjs']],
    'a plain command': ['health --platforms arm64', [...plain, 'health.mjs']],
    'an installation': ['install arm64', [...plain, 'koffi.mjs']],
    'an installation as an older tool spells it': ['--install arm64', [...plain, 'koffi.mjs']],
    'the daemon': ['run --platforms arm64', [...plain, 'koffi.mjs', 'pino.mjs', 'chokidar.mjs']],
    'what the line calls by a wrong name': ['install arm65', plain],
    'a line that is not plain': ['install -- arm64', [...plain, 'read-line.mjs', 'koffi.mjs']],
    'a wrong setting': ['install --resync soon', [...plain, 'config.mjs']],
    'a configuration': ['install --config CONFIG arm64', [...plain, 'config.mjs', 'koffi.mjs']],
  };
  for (const [what, [line, expected]] of Object.entries(loading))
    test(`loads for ${what} ${expected.slice(1).join(', ')} alone`, (t) => {
      if (!requireKernel(t)) return;
      const config = join(directory, 'config.yaml');
      writeFileSync(config, 'resync: 1m\n');
      const args = line.replace('CONFIG', config).split(' ');
      const loaded = partsLoadedBy(program, args, join(directory, 'places'));
      assert.deepEqual(loaded, expected.toSorted());
    });

  describe('with its snapshot', () => {
    const flags = ['--max-semi-space-size=1', '--lite-mode'];
    before(() => addSnapshot(directory, [process.execPath], flags));

    function start(snapshot: boolean, args: readonly string[], cwd = '/') {
      const node = [process.execPath, ...flags, ...(snapshot ? [fromSnapshot(directory)] : [])];
      const [command, words] = inPrivateInstance(...node, program, ...args);
      const env = {
        PATH: process.env.PATH,
        ...placesIn(join(directory, 'frozen')),
        BINFMT_KEEPER_RESYNC: '77s',
      };
      const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', env, cwd });
      return { status, stdout, stderr };
    }

    const lines = [
      ...['--version', '--help', 'config show', 'config schema', 'completion bash', 'emit systemd'],
      ...['health', 'install arm65', 'run --help', 'run --resync soon', 'config check --config here'],
    ];
    for (const line of lines)
      test(`says of ${line} what the bundle itself says, of this process and its environment`, (t) => {
        if (!requireKernel(t)) return;
        const said = start(false, line.split(' '), directory);
        const { stdout, ...rest } = start(true, line.split(' '), directory);
        // In a unit it stands among Node's options.
        const plain = stdout.replace(` ${fromSnapshot(directory)}`, '');
        assert.deepEqual({ ...rest, stdout: plain }, said);
        assert.notEqual(said.stdout + said.stderr, '');
      });

    test('proves an installation, with FFI, from another directory', (t) => {
      if (!requireKernel(t)) return;
      const { stdout, stderr } = start(true, ['install', '-o', 'json', 'arm64']);
      const report = JSON.parse(stdout);
      const [handler] = report.handlers;
      assert.equal(handler?.probe?.verdict, 'verified', stderr);
      const codes = report.problems.map(({ code }: { readonly code: string }) => code);
      assert.ok(!codes.includes('no-ffi'), codes.join());
    });
  });

  test('holds the licence of every package inside it', () => {
    const titles = readFileSync(join(directory, 'LICENSES.txt'), 'utf8').match(/^\S+ \d\S* \(.+\)$/gm);
    const named = new Set(titles?.map((title) => title.split(' ')[0]));
    assert.deepEqual(named, new Set(['koffi', ...packagesOf(Object.values(metafile.outputs))]));
  });
});

/** Names of the parts that a process really loaded, in a private instance; shared pieces of libraries left out. */
function partsLoadedBy(program: string, args: readonly string[], places: string): readonly string[] {
  const told = 'binfmt-keeper-loads ';
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      process._rawDebug(${JSON.stringify(told)} + url);
      // The last that a daemon loads: then it is asked to end.
      if (url.endsWith('/chokidar.mjs')) setTimeout(() => process.kill(process.pid, 'SIGTERM'));
      return next(url, context);
    } });`;
  const preload = `data:text/javascript,${encodeURIComponent(hook)}`;
  const [command, words] = inPrivateInstance(process.execPath, '--import', preload, program, ...args);
  const { stderr } = spawnSync(command, words, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env.PATH, ...placesIn(places) },
  });
  const urls = stderr.split('\n').flatMap((l) => (l.startsWith(told) ? [l.slice(told.length)] : []));
  const names = urls.filter((url) => url.startsWith('file:')).map((url) => basename(url));
  return names.filter((name) => name.endsWith('.mjs') && !name.startsWith('chunk-')).toSorted();
}

function placesIn(places: string): NodeJS.ProcessEnv {
  return {
    BINFMT_KEEPER_SANDBOX: '1',
    BINFMT_KEEPER_INTERPRETERS_STORE: join(places, 'store'),
    BINFMT_KEEPER_MOUNTS_ANCHOR: join(places, 'run/binfmt_misc'),
    BINFMT_KEEPER_HTTP_LISTEN: 'off',
  };
}

type Output = Metafile['outputs'][string];

/** The output of an entry point with all that it imports before it runs. */
function eagerOutputs({ outputs }: Metafile, entry: RegExp): readonly Output[] {
  const start = Object.keys(outputs).filter((path) => entry.test(outputs[path]?.entryPoint ?? ''));
  const reached = new Set(start);
  for (const path of reached)
    for (const { path: to, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && to in outputs) reached.add(to);
  return [...reached].flatMap((path) => outputs[path] ?? []);
}

function packagesOf(outputs: readonly Output[]): ReadonlySet<string> {
  const inputs = outputs.flatMap((output) => Object.keys(output.inputs));
  return new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
}
