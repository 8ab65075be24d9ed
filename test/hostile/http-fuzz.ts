// The long form of what test/hostile/http.test.ts does: `node test/hostile/http-fuzz.ts [REQUESTS]`, 100000 by default.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpOf } from '../e2e/http-get.ts';
import { createWorld } from '../e2e/world.ts';
import { attack } from './http-attack.ts';

const [count = '100000', directory] = process.argv.slice(2);

if (directory === undefined) {
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-fuzz-'));
  const args = ['-Urm', '--propagation', 'private', process.execPath, '--no-warnings', import.meta.filename];
  const { status, error } = spawnSync('unshare', [...args, count, dir], {
    stdio: 'inherit',
    timeout: 600_000,
  });
  rmSync(dir, { recursive: true, force: true });
  if (error !== undefined) process.stderr.write(`unshare: ${error.message}\n`);
  process.exitCode = status ?? 1;
} else {
  const world = createWorld(directory);
  try {
    const daemon = await world.startVerified({
      env: {
        BINFMT_KEEPER_HTTP_LISTEN: `unix:${world.dir}/door/http.sock`,
        NODE_OPTIONS: '--max-semi-space-size=1',
      },
    });
    const found = await attack(world, daemon, await httpOf(daemon), Number(count), 1000);
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    assert.ok(found.anonymousMb.after < found.anonymousMb.before + 100, 'memory is bounded');
    assert.equal(await daemon.ended('SIGTERM'), 0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n${world.story()}\n`);
    process.exitCode = 1;
  }
  world.end();
  process.exit();
}
