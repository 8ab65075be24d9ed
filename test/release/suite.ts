/**
 * `npm run test:release`: what .github/workflows/release.yml does, as far as no account is needed: its scripts run, what
 * they make is installed, and the workflows themselves are held to rules. Needs helm and actionlint in PATH.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { version } from '../../src/core/version.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, 'dist-packages');
const chart = join(root, 'container/kubernetes/chart');
const scratch = mkdtempSync(join(tmpdir(), 'binfmt-keeper-release-test-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: unknown; readonly steps: readonly Readonly<Record<string, string>>[] }
    >
  >;
}

const workflows = new Map<string, Workflow>(
  readdirSync(join(root, '.github/workflows')).map((name) => [
    name,
    parse(read(`.github/workflows/${name}`)),
  ]),
);
const steps = [...workflows.values()].flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps));

describe('the workflows', () => {
  test('are without fault for actionlint', () => {
    const { status, said } = call('actionlint', '-no-color');
    assert.equal(status, 0, said);
  });

  test('use others by the hash of a commit only, and say which version that is', () => {
    const uses = [...workflows.keys()].flatMap((name) =>
      read(`.github/workflows/${name}`)
        .split('\n')
        .filter((line) => /\buses:/.test(line)),
    );
    assert.ok(uses.length >= 6);
    for (const line of uses) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('give no job a right that it does not name', () => {
    for (const [name, { permissions, jobs }] of workflows) {
      assert.deepEqual(permissions, {}, name);
      for (const [job, { permissions: own }] of Object.entries(jobs)) assert.ok(own, `${name}: ${job}`);
    }
  });

  test('call scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const called = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm run (?:--silent )?([\w:]+)/g)]);
    assert.ok(called.length >= 5);
    for (const [, script = ''] of called) assert.ok(scripts[script], script);
  });
});

describe('the steps of a release', () => {
  test('refuse a tag that the program does not have', () => {
    const { status, said } = release('check', 'v99.0.0');
    assert.equal(status, 1);
    assert.match(said, /the tag says 99\.0\.0/);
    assert.equal(release('check').status, 0);
  });

  test('take the notes from the changelog', () => {
    const { status, said } = release('notes');
    assert.equal(status, 0);
    assert.ok(said.length > 100 && !said.includes('\n## '), said.slice(0, 200));
  });

  test('make an npm package that installs from nothing but itself and runs', () => {
    assert.equal(release('npm').status, 0);
    const prefix = join(scratch, 'prefix');
    const file = join(out, `binfmt-keeper-${version}.tgz`);
    const installed = call(process.execPath, npm(), 'install', '--offline', '-g', '--prefix', prefix, file);
    assert.equal(installed.status, 0, installed.said);
    const { status, said } = call(join(prefix, 'bin/binfmt-keeper'), '--version');
    assert.equal(status, 0, said);
    assert.ok(said.startsWith(`binfmt-keeper/${version} `), said);
    const manifest = JSON.parse(
      readFileSync(join(prefix, 'lib/node_modules/binfmt-keeper/package.json'), 'utf8'),
    );
    for (const left of ['dependencies', 'devDependencies', 'workspaces', 'scripts'])
      assert.equal(manifest[left], undefined);
    for (const arch of ['x64', 'arm64'])
      assert.ok(
        existsSync(join(prefix, `lib/node_modules/binfmt-keeper/dist/koffi-${arch}-glibc.node`)),
        arch,
      );
  });

  test('make a chart, and checksums that notice one changed byte', () => {
    assert.equal(release('chart').status, 0);
    assert.equal(release('checksums').status, 0);
    const copies = join(scratch, 'files');
    cpSync(out, copies, { recursive: true });
    const check = () => spawnSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: copies }).status;
    assert.equal(check(), 0);
    appendFileSync(join(copies, `binfmt-keeper-chart-${version}.tgz`), 'x');
    assert.equal(check(), 1);
  });
});

describe('the chart', () => {
  test('is without fault for helm', () => {
    const { status, said } = call('helm', 'lint', '--strict', chart);
    assert.equal(status, 0, said);
  });

  test('renders a configuration that the keeper accepts', () => {
    const { data } = rendered('ConfigMap', '--set', 'config.platforms={linux/arm64,linux/riscv64}');
    const text = data['config.yaml'] ?? '';
    const file = join(scratch, 'config.yaml');
    appendFileSync(file, text);
    const { status, said } = call(
      process.execPath,
      '--no-warnings',
      'src/main.ts',
      'config',
      'check',
      '--config',
      file,
    );
    assert.equal(status, 0, `${text}\n${said}`);
  });

  test('names the image of its own version, shares what has to outlive the pod, and nothing else', () => {
    const { spec } = rendered('DaemonSet').spec.template;
    const [container] = spec.containers;
    assert.ok(container?.image.endsWith(`/binfmt-keeper:${version}`), container?.image);
    const paths = spec.volumes.flatMap(({ hostPath }) => hostPath?.path ?? []);
    assert.deepEqual(paths, ['/proc/sys/fs', '/run/binfmt-keeper', '/var/lib/binfmt-keeper']);
    assert.equal(container?.livenessProbe.httpGet.path, '/livez');
    assert.equal(spec.automountServiceAccountToken, false);
  });

  for (const [value, why] of [
    ['http.port=0', /port/],
    ['imag.tag=1', /imag/],
    ['image.digest=abc', /digest/],
    ['stateDirectory=relative', /stateDirectory/],
    ['config.mounts.main=/x', /config\.mounts: set by the chart/],
    ['config.http.listen=off', /set http\.address and http\.port instead/],
  ] as const)
    test(`refuses ${value}, and says why`, () => {
      const { status, said } = call('helm', 'template', 'k', chart, ...kubernetes, '--set', value);
      assert.notEqual(status, 0);
      assert.match(said, why);
    });
});

describe('the file for Compose', () => {
  test('has the privileges and volumes of the line in docs/containers.md', () => {
    const { services } = parse(read('container/compose/compose.yaml'));
    const { volumes, privileged } = services['binfmt-keeper'];
    assert.equal(privileged, true);
    const shared = volumes.map((v: { source: string; target: string; bind: { propagation?: string } }) => [
      v.source === v.target ? v.source : null,
      v.bind.propagation,
    ]);
    assert.deepEqual(shared, [
      ['/run/binfmt-keeper', 'rshared'],
      ['/var/lib/binfmt-keeper', undefined],
    ]);
  });
});

/** Helm takes an old version of Kubernetes for the one that it is not asked about. */
const kubernetes = ['--kube-version', '1.30'];

/** What is looked at of the objects that helm renders. */
interface Rendered {
  readonly kind: string;
  readonly data: Readonly<Record<string, string>>;
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}
interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly volumes: readonly { readonly hostPath?: { readonly path: string } }[];
  readonly containers: readonly {
    readonly image: string;
    readonly livenessProbe: { readonly httpGet: { readonly path: string } };
  }[];
}

function rendered(kind: string, ...flags: readonly string[]): Rendered {
  const { status, stdout, stderr } = spawnSync('helm', ['template', 'k', chart, ...kubernetes, ...flags], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const objects: readonly Rendered[] = parseAllDocuments(stdout).map((document) => document.toJS());
  const found = objects.find((object) => object.kind === kind);
  assert.ok(found, `no ${kind}`);
  return found;
}

function release(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  return call(process.execPath, '--no-warnings', 'scripts/package/release.ts', ...args);
}

function npm(): string {
  const path = process.env.npm_execpath;
  if (!path?.endsWith('.js')) throw new Error('to be run by npm: npm run test:release');
  return path;
}

function call(
  command: string,
  ...args: readonly string[]
): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { status, said: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` };
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
