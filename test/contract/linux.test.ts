import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { awayFromHost } from '../away.ts';
import { requireKernel } from '../kernel.ts';
import { cases } from './cases.ts';

interface Verdict {
  readonly claim: string;
  readonly failure: string | null;
}

const runner = fileURLToPath(new URL('run-linux.ts', import.meta.url));

for (const ffi of ['with FFI', 'without FFI']) {
  test(`real kernel, ${ffi}`, async (t) => {
    if (!requireKernel(t)) return;
    if (process.arch !== 'x64' && process.arch !== 'arm64') return t.skip(`no program for ${process.arch}`);
    const { verdicts, stderr } = runAll(ffi === 'without FFI');
    for (const claim of Object.keys(cases)) {
      await t.test(claim, () => {
        const verdict = verdicts.find((v) => v.claim === claim);
        assert.ok(verdict, `the run ended before this case: ${stderr}`);
        assert.equal(verdict.failure, null);
      });
    }
  });
}

/** In namespaces with nothing of binfmt_misc mounted: the cases are about the last mount, too. */
function runAll(withoutFfi: boolean): { verdicts: Verdict[]; stderr: string } {
  const apart = [...awayFromHost(), 'unshare', '-Urm', '--propagation', 'private'];
  const args = [...apart, process.execPath, runner];
  const env = { ...process.env, BINFMT_KEEPER_NO_FFI: withoutFfi ? '1' : '' };
  const { stdout, stderr } = spawnSync('env', args, { encoding: 'utf8', env, timeout: 120_000 });
  const verdicts = stdout
    .split('\n')
    .filter(Boolean)
    .map((text): Verdict => JSON.parse(text));
  return { verdicts, stderr };
}
