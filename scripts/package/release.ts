/**
 * The steps of a release, each of which runs on any machine; .github/workflows/release.yml adds the accounts. As
 * `npm run release -- STEP`:
 *
 *   check [TAG]     version, tag, changelog, chart and lock file agree
 *   notes           the changelog's section of this version
 *   npm             dist-packages/binfmt-keeper-VERSION.tgz
 *   chart           dist-packages/binfmt-keeper-chart-VERSION.tgz, by helm
 *   checksums       dist-packages/SHA256SUMS over all that lies there
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { version } from '../../src/core/version.ts';
import { changedAt, root, run } from './files.ts';
import { npmTarball } from './npm.ts';

const out = join(root, 'dist-packages');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const steps: Readonly<Record<string, (...args: string[]) => void | Promise<void>>> = {
  check(tag) {
    const faults = faultsOf(tag);
    for (const fault of faults) console.error(`release: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
    else console.log(`release: ${version} is consistent`);
  },
  notes() {
    console.log(sectionOf(read('CHANGELOG.md')) ?? '');
  },
  async npm() {
    await inDirectory(async (work) => console.log(await npmTarball(work, join(out, 'npm'), out)));
  },
  async chart() {
    await inDirectory((work) => {
      mkdirSync(out, { recursive: true });
      const env = { ...process.env, SOURCE_DATE_EPOCH: changedAt() };
      run('helm', ['package', '--destination', work, join(root, 'container/kubernetes/chart')], env);
      // Under npm's name for its own package lies another file.
      const file = join(out, `binfmt-keeper-chart-${version}.tgz`);
      renameSync(join(work, `binfmt-keeper-${version}.tgz`), file);
      console.log(file);
    });
  },
  checksums() {
    const files = readdirSync(out, { withFileTypes: true }).filter(
      (f) => f.isFile() && f.name !== 'SHA256SUMS',
    );
    const lines = files.map(({ name }) => `${sha256(join(out, name))}  ${name}\n`).sort();
    if (lines.length === 0) throw new Error(`${out} is empty`);
    writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
    process.stdout.write(lines.join(''));
  },
};

/** Everything that would make the release say something untrue of itself. */
function faultsOf(tag: string | undefined): readonly string[] {
  const manifest = JSON.parse(read('package.json'));
  const lock = JSON.parse(read('package-lock.json'));
  const chart = parse(read('container/kubernetes/chart/Chart.yaml'));
  const said = {
    'package.json': manifest.version,
    'package-lock.json': lock.version,
    'Chart.yaml version': chart.version,
    'Chart.yaml appVersion': String(chart.appVersion),
    Containerfile: /^ARG VERSION=(.*)$/m.exec(read('Containerfile'))?.[1],
    ...(tag === undefined ? {} : { 'the tag': tag.replace(/^v/, '') }),
  };
  const differing = Object.entries(said)
    .filter(([, found]) => found !== version)
    .map(([where, found]) => `${where} says ${found}, the program ${version}`);
  const section = sectionOf(read('CHANGELOG.md'));
  if (section === null) return [...differing, `CHANGELOG.md has no section for ${version}`];
  const unreleased = tag !== undefined && /^not yet released/i.test(section);
  return unreleased ? [...differing, `CHANGELOG.md calls ${version} not yet released`] : differing;
}

function sectionOf(changelog: string): string | null {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.split(/[\s]/, 1)[0] === version);
  return section === undefined ? null : section.slice(section.indexOf('\n') + 1).trim();
}

async function inDirectory(work: (directory: string) => void | Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'binfmt-keeper-release-'));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

const [name = '', ...args] = process.argv.slice(2);
const step = steps[name];
if (step === undefined)
  throw new Error(`expected ${Object.keys(steps).join(', ')}; got ${name || 'nothing'}`);
await step(...args);
