import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { targets } from '../e2e/foreign.ts';
import { inPrivateInstance, requireKernel } from '../kernel.ts';

/** One call of `explain`, and how the file ended that it was asked about where that was executed. */
interface Scene {
  readonly scene: string;
  readonly status: number;
  readonly file: {
    readonly verdict: {
      readonly kind: string;
      readonly errno?: string | null;
      readonly cause?: { readonly code: string; readonly remedy: string } | null;
      readonly proof?: { readonly kind: string };
    };
    readonly remarks: readonly { readonly code: string }[];
    readonly platform: string | null;
  } | null;
  readonly end: number | string | null;
  readonly stderr: string;
}

/** Verdict, code of the cause, exit status, and how the file really ended; remarks. */
type Expected = readonly [
  kind: string,
  code: string | null,
  status: number,
  end?: number | string | undefined,
  remarks?: readonly string[],
];

const expected: Readonly<Record<string, Expected>> = {
  'no entry': ['fails', 'no-entry', 1, undefined, ['host-entries-hidden', 'neutral-name']],
  emulated: ['emulated', null, 0, 0],
  'not asked': ['emulated', null, 0],
  stdin: ['emulated', null, 0],
  setuid: ['emulated', null, 0, undefined, ['mount-nosuid', 'credentials-lost']],
  'no loader': ['fails', 'loader-missing', 1, 255],
  root: ['emulated', null, 0],
  'root without a file': ['emulated', null, 0],
  'script of another root': ['fails', 'script-interpreter-missing', 1],
  'loader of another root': ['fails', 'loader-missing', 1],
  process: ['native', null, 0],
  'emulated process': ['emulated', null, 0],
  'path into the root': ['emulated', null, 0],
  env: ['fails', 'script-env-missing', 1, 127],
  'env finds it': ['native', null, 0, 0],
  'a number': ['native', null, 0, 0],
  'arguments of a script': ['native', null, 0],
  'no library': ['fails', 'library-missing', 1, 127],
  'library of another machine': ['fails', 'library-machine', 1, 127],
  cut: ['fails', 'file-truncated', 1, 'SIGSEGV'],
  'nothing to load': ['fails', 'file-damaged', 1, 'SIGSEGV'],
  'library that can be started': ['native', null, 0],
  'wrong emulator in front': [
    'fails',
    'emulation-fails',
    1,
    255,
    ['entry-interpreter-unpinned', 'entry-hidden'],
  ],
  'interpreter outside of the root': ['fails', 'entry-interpreter-missing', 1, undefined, ['entry-hidden']],
};

describe('explain', () => {
  const known = new Map<string, Scene>();

  for (const [name, [kind, code, status, end = null, remarks = []]] of Object.entries(expected))
    test(`${name}: ${code ?? kind}`, (t) => {
      const scene = sceneOf(t, name);
      if (scene === null) return;
      assert.equal(scene.stderr, '');
      assert.equal(scene.file?.verdict.kind, kind);
      assert.equal(scene.file?.verdict.cause?.code ?? null, code);
      assert.deepEqual(scene.file?.remarks.map((remark) => remark.code).toSorted(), [...remarks].sort());
      assert.equal(scene.status, status);
      assert.equal(scene.end, end);
    });

  test('proves emulation unless it is asked not to', (t) => {
    assert.equal(sceneOf(t, 'emulated')?.file?.verdict.proof?.kind ?? 'verified', 'verified');
    assert.equal(sceneOf(t, 'not asked')?.file?.verdict.proof?.kind ?? 'none', 'none');
  });

  test('prints nothing with --quiet, and says of a process that is not there that it is not', (t) => {
    const quiet = sceneOf(t, 'quiet');
    if (quiet !== null) assert.deepEqual([quiet.file, quiet.stderr, quiet.status], [null, '', 0]);
    const gone = sceneOf(t, 'no process');
    if (gone !== null) assert.match(gone.stderr, /there is no process 4194304/);
  });

  function sceneOf(t: TestContext, name: string): Scene | null {
    if (!requireKernel(t) || !requireEmulators(t)) return null;
    if (known.size === 0) for (const scene of runScenes()) known.set(scene.scene, scene);
    const found = known.get(name);
    assert.ok(found !== undefined, name);
    return found;
  }
});

function requireEmulators(t: TestContext): boolean {
  const missing = targets.map((target) => `/usr/bin/qemu-${target}-static`).find((path) => !existsSync(path));
  if (missing === undefined) return true;
  if (process.env.REQUIRE_KERNEL === '1') throw new Error(`REQUIRE_KERNEL=1, but there is no ${missing}`);
  t.skip(`there is no ${missing}`);
  return false;
}

function runScenes(): readonly Scene[] {
  const child = fileURLToPath(new URL('explain.child.ts', import.meta.url));
  const script = 'mount -t tmpfs -o nosuid tmpfs /mnt && exec "$@"';
  const node = [process.execPath, '--no-warnings', child];
  const [command, args] = inPrivateInstance('sh', '-c', script, 'sh', ...node);
  const stdout = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return stdout
    .trim()
    .split('\n')
    .map((line): Scene => JSON.parse(line));
}
