/**
 * `npm run image`: builds the container image with podman and says what each layer weighs, beside an image that has
 * nothing but Debian and QEMU. With --offline the base is made here from Debian's packages, so that no image is pulled.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { catalogue } from '../../src/core/platforms/catalogue.ts';
import { repository } from '../../src/core/project.ts';
import { version } from '../../src/core/version.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const suite = 'trixie';

const launchNpm = '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n';

const debianSources = `Types: deb
URIs: http://deb.debian.org/debian
Suites: ${suite} ${suite}-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: ${suite}-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

const { values } = parseArgs({
  options: {
    tag: { type: 'string', default: `localhost/binfmt-keeper:${version}` },
    /** One, or a list that becomes an index. Another machine's needs handlers for it: the keeper's own. */
    platform: { type: 'string', default: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}` },
    /** An image with Debian, Node 24 and npm in place of the public one. */
    base: { type: 'string' },
    offline: { type: 'boolean', default: false },
    /** QEMU for all architectures. */
    full: { type: 'boolean', default: false },
    'qemu-suite': { type: 'string', default: '' },
    'qemu-version': { type: 'string', default: '' },
  },
});

const work = mkdtempSync(join(tmpdir(), 'binfmt-keeper-image-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const tag = values.full ? `${values.tag}-full` : values.tag;
const architectures = values.platform.split(',').map((platform) => platform.replace(/^linux\//, ''));
const tags = architectures.map((architecture) => (architectures.length > 1 ? `${tag}-${architecture}` : tag));
for (const [i, architecture] of architectures.entries()) {
  const name = tags[i] ?? tag;
  build(architecture, name);
  const layers = layersOf(name);
  for (const { size, what } of layers) console.log(`${megabytes(size)}  ${what}`);
  console.log(`${megabytes(layers.reduce((sum, { size }) => sum + size, 0))}  ${name}`);
}
if (tags.length > 1) {
  // The name may be that of an earlier index, or of an image for one machine.
  spawnSync('podman', ['manifest', 'rm', tag], { stdio: 'ignore' });
  spawnSync('podman', ['untag', tag, tag], { stdio: 'ignore' });
  podman(['manifest', 'create', tag, ...tags.map((name) => `containers-storage:${name}`)]);
}

function build(architecture: string, name: string): void {
  const modules = values.offline ? modulesFor(architecture) : null;
  const base = values.base ?? (modules === null ? null : ownBase(architecture, modules));
  say(`building ${name}`);
  const buildArgs = {
    ...(base === null ? {} : { BASE_IMAGE: base }),
    EMULATOR_SUITE: values['qemu-suite'],
    EMULATOR_VERSION: values['qemu-version'],
    EMULATOR_TARGETS: platformTargets().join(' '),
    VERSION: version,
    SOURCE: repository,
    REVISION: output('git', ['-C', root, 'rev-parse', 'HEAD']),
    // The same sources give the same date.
    CREATED: output('git', ['-C', root, 'log', '-1', '--format=%cI']),
  };
  podman([
    // Without docker's format the HEALTHCHECK would be dropped.
    ...[
      'build',
      '--format',
      'docker',
      '--network',
      'host',
      '-t',
      name,
      '--platform',
      `linux/${architecture}`,
    ],
    ...['--target', values.full ? 'full' : 'binfmt-keeper'],
    ...Object.entries(buildArgs).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...(modules === null ? [] : ['--volume', `${modules}:/src/node_modules:ro`]),
    ...['-f', join(root, 'Containerfile'), root],
  ]);
}

/** Targets that have an OCI name; the Containerfile's default, which a test compares with this. */
function platformTargets(): readonly string[] {
  return catalogue.filter((a) => a.usable && a.platforms.length > 0).map((a) => a.target);
}

/** The project's packages, Node among them, as an image of that architecture needs them. */
function modulesFor(architecture: string): string {
  const cpu = architecture === 'amd64' ? 'x64' : architecture;
  if (cpu === process.arch) return join(root, 'node_modules');
  const directory = join(work, architecture);
  for (const file of ['package.json', 'package-lock.json', 'scripts/node/package.json'])
    cpSync(join(root, file), join(directory, file));
  run('npm', [
    ...['ci', '--prefix', directory, '--ignore-scripts', '--no-audit', '--no-fund'],
    ...['--os', 'linux', '--cpu', cpu, '--libc', 'glibc'],
  ]);
  return join(directory, 'node_modules');
}

/** Debian with the Node that the project pins and the npm of this machine, as an image; made once. */
function ownBase(architecture: string, modules: string): string {
  const name = `localhost/binfmt-keeper-base:${suite}-${architecture}`;
  if (spawnSync('podman', ['image', 'exists', name]).status === 0) return name;
  say(`making ${name} from Debian's packages`);
  const { npm_execpath: npm } = process.env;
  if (npm === undefined) return fail('to be run by npm: npm run image');
  const files = join(work, `files-${architecture}`);
  const local = join(files, 'usr/local');
  for (const directory of ['bin', 'lib/node_modules']) mkdirSync(join(local, directory), { recursive: true });
  const node = join(modules, `node-linux-${architecture === 'amd64' ? 'x64' : architecture}`);
  cpSync(join(node, 'bin/node'), join(local, 'bin/node'));
  cpSync(join(node, 'LICENSE'), join(local, 'LICENSE'));
  cpSync(join(dirname(npm), '..'), join(local, 'lib/node_modules/npm'), { recursive: true });
  writeFileSync(join(local, 'bin/npm'), launchNpm, { mode: 0o755 });
  const sources = join(files, 'etc/apt/sources.list.d');
  mkdirSync(sources, { recursive: true });
  writeFileSync(join(sources, 'debian.sources'), debianSources);
  const tar = join(work, `base-${architecture}.tar`);
  run('mmdebstrap', [
    ...['--variant=apt', '--quiet', `--architectures=${architecture}`, '--skip=check/qemu'],
    ...[`--customize-hook=rm -f "$1/etc/apt/sources.list"`, `--customize-hook=cp -r ${files}/. "$1"`],
    ...[suite, tar],
  ]);
  podman([
    ...['import', '--os', 'linux', '--arch', architecture],
    ...['--change', 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', tar, name],
  ]);
  return name;
}

function layersOf(image: string): { readonly size: number; readonly what: string }[] {
  const history: readonly unknown[] = JSON.parse(output('podman', ['history', '--format', 'json', image]));
  return history
    .filter(isLayer)
    .filter(({ size }) => size > 0)
    .map(({ size, CreatedBy }) => ({
      size,
      what: CreatedBy.replace(/^.*#\(nop\)\s*|\b\w+:[0-9a-f]{64} in /g, '').slice(0, 90),
    }))
    .reverse();
}

function isLayer(value: unknown): value is { readonly size: number; readonly CreatedBy: string } {
  if (typeof value !== 'object' || value === null) return false;
  return 'size' in value && typeof value.size === 'number' && 'CreatedBy' in value;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`.padStart(9);
}

function podman(args: readonly string[]): void {
  run('podman', args);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`${command} ${args[0]}: ${error?.message ?? `exit status ${status}`}`);
}

function output(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) fail(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

function say(text: string): void {
  process.stderr.write(`image: ${text}\n`);
}

function fail(text: string): never {
  say(text);
  process.exit(1);
}
