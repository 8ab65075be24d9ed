import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../src/core/platforms/catalogue-magic.ts';
import { targets } from './foreign.ts';
import { type Case, suite } from './suite.ts';

const [target] = targets;
const emulator = `/usr/bin/qemu-${target}-static`;
const ours = `keeper-${target}`;
const native = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** Own handlers that would stop programs of the host, as the configuration file writes them. */
const dangerous: Readonly<Record<string, string>> = {
  "the host's own architecture": `magic: ${magicOf(native)}, mask: ${maskOf(native)}`,
  'every ELF file': 'magic: \\x7fELF',
  'every script': "magic: '#!'",
  'bytes beyond the ELF header which native programs have': `magic: 0x0600000004000000, offset: 64`,
  'a mask that leaves one bit': 'magic: 0x7f, mask: 0x01',
  "the extension of the host's loader": `extension: ${loaderExtension()}`,
};

const refusals = Object.entries(dangerous).map(([what, matcher]): [string, Case] => [
  `an own handler for ${what} is refused, and programs of the host run`,
  async (world) => {
    world.configure(
      `platforms: [${target}]\nhandlers:\n  - {name: brick, ${matcher}, interpreter: ${emulator}, flags: ''}\n`,
    );
    const daemon = world.start({ platforms: '' });
    const report = await daemon.problem('handler-refused');
    assert.match(report.problems.find((p) => p.code === 'handler-refused')?.subject ?? '', /brick/);
    await daemon.verified();
    assert.equal(bricks(daemon.names()), false);
    world.must('/bin/true');
    return undefined;
  },
]);

await suite(import.meta.url, 'no configuration stops programs of the host', {
  ...Object.fromEntries(refusals),

  'a mask of zeros is a fault of the configuration': async (world) => {
    world.configure(`handlers: [{name: brick, magic: abcd, mask: 0x00000000, interpreter: ${emulator}}]\n`);
    assert.equal(await world.start().ended(), 2);
    world.must('/bin/true');
    return undefined;
  },

  'an interpreter that matches an entry of its own is refused': async (world) => {
    world.configure(
      `platforms: [${target}]\nhandlers:\n  - {name: loop, magic: ${magicOf(target)}, mask: ${maskOf(target)}, ` +
        `interpreter: ${world.dir}/probes/probe.${target}, flags: ''}\n`,
    );
    const first = await world.startVerified({ platforms: target });
    first.kill('SIGHUP');
    // Its own magic takes it: what would run it is a program of that very platform.
    const refused = await first.problem('interpreter-machine');
    assert.equal(refused.problems.find((p) => p.code === 'interpreter-machine')?.subject, 'loop');
    assert.equal(first.names().includes('loop'), false);
    await first.verified();
    assert.equal(bricks(first.names()), false);
    world.must('/bin/true');
    return undefined;
  },

  'a handler that gets past the rule is taken back, and programs of the host run again': async (world) => {
    world.configure(`platforms: [${target}]\n`);
    const script = `${world.dir}/script`;
    writeFileSync(script, '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    const program = fileURLToPath(new URL('careless.child.ts', import.meta.url));
    const daemon = await world.startVerified({ platforms: '', program });
    world.configure(
      `platforms: [${target}]\nhandlers: [{name: brick, magic: '#!', interpreter: /bin/true, flags: ''}]\n`,
    );
    const report = await daemon.problem('canary-failed');
    assert.match(report.problems.find((p) => p.code === 'canary-failed')?.subject ?? '', /brick$/);
    assert.equal(world.command(script).status, 7, 'scripts do not run');
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    assert.equal(bricks(daemon.names()), false, 'a later look registered it again');
    assert.equal(world.command(script).status, 7, 'scripts do not run');
    return undefined;
  },
});

/** Whether an entry of the dangerous handlers is there, with a prefix or without. */
function bricks(names: readonly string[]): boolean {
  return names.some((name) => /(brick|loop)$/.test(name));
}

function magicOf(name: string): string {
  return hex(matcher(name).magic);
}

function maskOf(name: string): string {
  return hex(matcher(name).mask);
}

function matcher(name: string) {
  const architecture = architectureOf(name);
  if (architecture === undefined) throw new Error(`no architecture ${name}`);
  return matcherOf(architecture);
}

function hex(bytes: Uint8Array): string {
  return `'0x${Buffer.from(bytes).toString('hex')}'`;
}

/** What follows the last dot of the ELF loader that this very program names: `2` of ld-linux-x86-64.so.2. */
function loaderExtension(): string {
  const names = readFileSync('/proc/self/maps', 'latin1').match(/\/ld[^/\n]*$/gm) ?? [];
  const name = names[0] ?? readdirSync('/lib64').find((n) => n.startsWith('ld-')) ?? 'ld-linux.so.2';
  return `'${name.slice(name.lastIndexOf('.') + 1)}'`;
}
