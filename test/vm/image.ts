import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is booted. */
export interface Image {
  readonly kernel: string;
  readonly initrd: string;
  /** A disk, never written; null where everything is in the initrd. */
  readonly root: string | null;
  /** A second disk of a machine that has its data apart. */
  readonly data: string | null;
}

/** User space is Debian 12 in all: with its own kernel, with that of its backports, like Bottlerocket, and a small one for arm64. */
export type Suite = 'bookworm' | 'backports' | 'bottlerocket' | 'arm64';

const here = fileURLToPath(new URL('.', import.meta.url));
const building = new Map<string, Promise<void>>();

/** The machine of a suite, built once and kept in a cache for as long as its recipe stays the same. */
export async function imageOf(suite: Suite): Promise<Image> {
  const cache = process.env.BINFMT_KEEPER_VM_CACHE ?? join(homedir(), '.cache/binfmt-keeper-vm');
  const recipe = suite === 'arm64' ? arm64 : suite === 'bottlerocket' ? bottlerocket : amd64;
  const directory = join(cache, `${recipe.name}-${hashOf(recipe)}`);
  const built = building.get(directory) ?? build(recipe, cache, directory);
  building.set(directory, built);
  await built;
  const suffix = suite === 'backports' ? '-backports' : '';
  return {
    kernel: join(directory, `kernel${suffix}`),
    initrd: join(directory, `initrd${suffix}`),
    root: suite === 'arm64' ? null : join(directory, 'root.img'),
    data: suite === 'bottlerocket' ? join(directory, 'data.img') : null,
  };
}

interface Recipe {
  readonly name: string;
  readonly script: string;
  readonly inputs: readonly string[];
}

const arm64: Recipe = { name: 'arm64', script: 'build-arm64.sh', inputs: ['guest/init-arm64.sh'] };
const bottlerocket: Recipe = {
  name: 'bottlerocket',
  script: 'build-bottlerocket.sh',
  inputs: [
    ...['guest/init-bottlerocket.sh', 'bottlerocket-policy.sh', 'bottlerocket.cil'],
    ...['../../container/rootfs.sh', '../../container/binfmt-keeper', '../../scripts/node/package.json'],
  ],
};
const amd64: Recipe = {
  name: 'amd64',
  script: 'build-image.sh',
  inputs: [
    ...['guest/start.sh', 'guest/vm-test.service', 'test_containers.cil'],
    ...['binfmt_keeper', 'binfmt_keeper_refpolicy'].map((name) => `../../selinux/${name}.cil`),
  ],
};

async function build({ name, script }: Recipe, cache: string, directory: string): Promise<void> {
  if (existsSync(join(directory, 'kernel'))) return;
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache))
    if (old.startsWith(`${name}-`)) rmSync(join(cache, old), { recursive: true });
  const started = performance.now();
  console.log(`# building ${directory}`);
  // A mirror that did not answer gets a second chance.
  const faults: string[] = [];
  while (faults.length < 2) {
    const fault = await runScript(join(here, script), directory);
    if (fault === null) {
      console.log(`# built in ${Math.round((performance.now() - started) / 1000)} s`);
      return;
    }
    faults.push(fault);
    console.log(`# ${script}: ${fault}`);
  }
  throw new Error(`${script}: ${faults.join('; ')}`);
}

function runScript(script: string, directory: string): Promise<string | null> {
  const child = spawn(script, [directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20 * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      if (said.length > 200) said.shift();
    });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status) =>
      resolve(status === 0 ? null : `status ${status}: ${said.join('').slice(-2000)}`),
    );
  });
}

function hashOf({ script, inputs }: Recipe): string {
  const hash = createHash('sha256');
  for (const file of [script, ...inputs]) hash.update(readFileSync(join(here, file)));
  return hash.digest('hex').slice(0, 12);
}
