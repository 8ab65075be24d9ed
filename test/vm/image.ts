import { spawnSync } from 'node:child_process';
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
}

/** User space is Debian 12 in all: with its own kernel, with that of its backports, and a small one for arm64. */
export type Suite = 'bookworm' | 'backports' | 'arm64';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The machine of a suite, built once and kept in a cache for as long as its recipe stays the same. */
export function imageOf(suite: Suite): Image {
  const cache = process.env.BINFMT_KEEPER_VM_CACHE ?? join(homedir(), '.cache/binfmt-keeper-vm');
  const name = `${suite}-${recipeHash(suite)}`;
  const directory = join(cache, name);
  if (!existsSync(join(directory, 'kernel'))) {
    mkdirSync(cache, { recursive: true });
    for (const old of readdirSync(cache))
      if (old.startsWith(`${suite}-`)) rmSync(join(cache, old), { recursive: true });
    console.log(`# building ${directory}`);
    const { status } = spawnSync(join(here, builderOf(suite)), [directory, suite], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 15 * 60_000,
    });
    if (status !== 0) throw new Error(`${builderOf(suite)} ended with ${status}`);
  }
  return {
    kernel: join(directory, 'kernel'),
    initrd: join(directory, 'initrd'),
    root: suite === 'arm64' ? null : join(directory, 'root.img'),
  };
}

function builderOf(suite: Suite): string {
  return suite === 'arm64' ? 'build-arm64.sh' : 'build-image.sh';
}

function recipeHash(suite: Suite): string {
  const policies = ['binfmt_keeper', 'binfmt_keeper_refpolicy'].map((name) => `../../selinux/${name}.cil`);
  const inputs =
    suite === 'arm64'
      ? ['guest/init-arm64.sh']
      : ['guest/start.sh', 'guest/vm-test.service', 'test_containers.cil', ...policies];
  const hash = createHash('sha256');
  for (const file of [builderOf(suite), ...inputs]) hash.update(readFileSync(join(here, file)));
  return hash.digest('hex').slice(0, 12);
}
