import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { renderLine } from '../../../src/core/kernel/registration.ts';
import { architectureOf } from '../../../src/core/platforms/catalogue.ts';
import { servedMatcher } from '../../../src/core/platforms/catalogue-magic.ts';
import { programs } from '../../../src/host/last-resort/data.ts';
import { probeBytes } from '../../../src/host/probe/files.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';
import { scratch } from '../scratch.ts';
import { tools, toolsTable } from './tools.ts';

const here = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const foreign = here === 'aarch64' ? 'x86_64' : 'aarch64';

describe('what tools do with the last resort in place', () => {
  it('docs/last-resort.md has the table', () => {
    const doc = readFileSync(join(import.meta.dirname, '../../../docs/last-resort.md'), 'utf8');
    assert.ok(doc.includes(toolsTable()), toolsTable());
  });

  for (const { line, with: status, explains } of tools) {
    it(line, (t) => {
      if (!requireKernel(t)) return;
      const dir = scratch();
      writeFileSync(join(dir, 'last-resort'), Buffer.from(programs[here] ?? '', 'base64'), { mode: 0o755 });
      writeFileSync(join(dir, 'app'), probeBytes(foreign) ?? '', { mode: 0o755 });
      writeFileSync(join(dir, 'Makefile'), 'all:\n\t./app\n');
      const row = architectureOf(foreign);
      assert.ok(row !== undefined);
      const matcher = servedMatcher(row);
      const entry = { name: 'none', matcher, interpreter: join(dir, 'last-resort'), flags: 'POF' };
      writeFileSync(join(dir, 'line'), renderLine(entry));
      const script = `cat line >/proc/sys/fs/binfmt_misc/register; ${line}`;
      const [command, args] = inPrivateInstance('sh', '-c', `cd ${dir}; ${script}`);
      const ran = spawnSync(command, args, {
        encoding: 'utf8',
        timeout: 60_000,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      if (ran.status === 127) return t.skip(`no ${line.split(' ')[0]} here`);
      assert.equal(ran.status, status, ran.stderr);
      const sentence =
        /app: a program for linux\/(arm64|amd64); this host has no emulator for it\. binfmt-keeper install linux\/\1\r?\n/;
      assert.equal(sentence.test(ran.stdout + ran.stderr), explains, ran.stdout + ran.stderr);
    });
  }
});
