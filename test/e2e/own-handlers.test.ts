import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { scratch } from '../host/scratch.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { keeper, type World } from './world.ts';

const [target] = targets;
const doc = readFileSync(new URL('../../docs/handlers.md', import.meta.url), 'utf8');
const blocks = [...doc.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

/** What a file of each documented handler looks like. */
const samples: Readonly<Record<string, { readonly name: string; readonly bytes: string }>> = {
  jar: { name: 'app.jar', bytes: 'PK\x03\x04 and so on' },
  wasm: { name: 'component', bytes: '\0asm\x0d\0\x01\0' },
  'wasm-module': { name: 'module', bytes: '\0asm\x01\0\0\0' },
  'pyc-3.12': { name: 'program.pyc', bytes: '\xcb\r\r\n\0\0\0\0' },
  windows: { name: 'program.exe', bytes: 'MZ\x90\0' },
  run: { name: 'anything', bytes: '\0rUn' },
};

if (process.env.E2E_CLAIM === undefined) {
  test('every configuration in docs/handlers.md is valid', () => {
    assert.ok(blocks.length > 5);
    const file = `${scratch()}/config.yaml`;
    for (const block of blocks) {
      writeFileSync(file, block);
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--no-warnings', keeper, 'config', 'check', '--offline', '--config', file],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, `${stderr}\n${block}`);
    }
  });
}

await suite(import.meta.url, 'handlers of your own', {
  'each documented handler runs its kind of file with its own interpreter': async (world) => {
    const written = blocks.filter((block) => block.startsWith('handlers:'));
    const names = written.map((block) => /- name: (.*)/.exec(block)?.[1] ?? '');
    assert.deepEqual(names.toSorted(), Object.keys(samples).sort());
    mkdirSync(`${world.dir}/bin`);
    const items = written.map((block, at) =>
      block
        .replace('handlers:\n', '')
        .replace(/interpreter: .*/, `interpreter: ${interpreter(world, names[at] ?? '')}`),
    );
    world.configure(`platforms: [${target}]\nhandlers:\n${items.join('')}`);
    const daemon = await world.startVerified({ platforms: '' });
    for (const name of names) {
      const path = `${world.dir}/bin/${name}`;
      const file = sample(world, name);
      assert.equal(world.command(file, 'one', 'two words').said, `${path}|${file}|one|two words\n`, name);
    }
    const since = Date.now();
    world.write(`${world.main}/status`, '-1');
    await daemon.healed('jar', 'missing');
    await daemon.verified(since);
    const module = sample(world, 'wasm-module');
    assert.match(world.command(module).said, /bin\/wasm-module\|/, 'the more specific one is not in front');
    return undefined;
  },

  'what Go builds for another architecture is executed by go itself': async (world) => {
    const go = ['/usr/local/go/bin/go', '/usr/bin/go'].find((path) => existsSync(path));
    if (go === undefined) return 'no Go here';
    if (target !== 'aarch64') return 'Go builds for arm64, which is native here';
    await world.startVerified();
    const cache = world.command('/bin/sh', '-c', `HOME=\${HOME:-/root} ${go} env GOCACHE`).said.trim();
    mkdirSync(`${world.dir}/go`);
    writeFileSync(`${world.dir}/go/go.mod`, 'module example.org/x\n\ngo 1.20\n');
    writeFileSync(
      `${world.dir}/go/main.go`,
      'package main\n\nimport "runtime"\n\nfunc main() { println(runtime.GOARCH) }\n',
    );
    const run = `cd ${world.dir}/go && GOCACHE=${cache} GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0 GOARCH=arm64 ${go} run .`;
    const { status, stderr } = spawnSync('/bin/sh', ['-c', run], { encoding: 'utf8', timeout: 50_000 });
    assert.deepEqual([status, stderr], [0, 'arm64\n']);
    return undefined;
  },

  'mode, owner and times of an entry may change while the keeper is stopped: it is ours still': async (
    world,
  ) => {
    mkdirSync(`${world.dir}/bin`);
    const entry = `${world.main}/mine`;
    configureMine(world, 'before');
    await (await world.startVerified({ platforms: target })).ended('SIGTERM');
    chmodSync(entry, 0o600);
    chownSync(entry, 0, 0);
    utimesSync(entry, 1, 1);
    const next = configureMine(world, 'after');
    await world.startVerified({ platforms: target });
    assert.ok(readFileSync(entry, 'latin1').includes(`interpreter ${next}\n`));
    return undefined;
  },

  'the same line that somebody else registered while the keeper was stopped is not ours': async (world) => {
    mkdirSync(`${world.dir}/bin`);
    const entry = `${world.main}/mine`;
    const before = configureMine(world, 'before');
    await (await world.startVerified({ platforms: target })).ended('SIGTERM');
    world.write(entry, '-1');
    world.write(`${world.main}/register`, `:mine:M::\\x00mIn::${before}:`);
    configureMine(world, 'after');
    const daemon = await world.startVerified({ platforms: target });
    await daemon.problem('name-taken');
    assert.ok(readFileSync(entry, 'latin1').includes(`interpreter ${before}\n`));
    return undefined;
  },
});

/** One handler whose interpreter lies outside of the store, so that the record alone tells whose entry it is. */
function configureMine(world: World, name: string): string {
  const path = interpreter(world, name);
  world.configure(`handlers:\n  - {name: mine, magic: '\\x00mIn', interpreter: ${path}}\n`);
  return path;
}

/** A script in place of the real interpreter: it shows how it was called. */
function interpreter(world: World, name: string): string {
  const path = `${world.dir}/bin/${name}`;
  writeFileSync(path, '#!/bin/sh\nIFS="|"\necho "$0|$*"\n', { mode: 0o755 });
  return path;
}

function sample(world: World, handler: string): string {
  const { name, bytes } = samples[handler] ?? { name: 'none', bytes: '' };
  const path = `${world.dir}/${name}`;
  if (!existsSync(path)) writeFileSync(path, Buffer.from(bytes, 'latin1'), { mode: 0o755 });
  return path;
}
