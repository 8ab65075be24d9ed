import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadConfig } from '../../src/cli/line/load-config.ts';
import { scratch } from '../host/scratch.ts';
import { requireKernel } from '../kernel.ts';
import { families, type Hostile } from './cases.ts';
import { command, complaints, type Ended } from './command.ts';

const dir = scratch();

for (const [family, cases] of Object.entries(families)) {
  describe(`malformed configurations, ${family}`, () => {
    for (const [i, one] of cases.entries()) {
      const file = join(dir, `${family.replaceAll(/\W/g, '-')}-${i}.yaml`);

      test(`${one.name} is refused with a place`, async () => {
        writeFileSync(file, one.text ?? '{}');
        const given = one.flags?.map((f) => /^--([^=]*)=(.*)$/s.exec(f)?.slice(1) ?? []) ?? [];
        const flags: Record<string, unknown> = { config: file };
        for (const [name = '', value] of given) {
          flags[name] = name in flags ? [flags[name], value].flat() : value;
        }
        const parsed = await loadConfig(flags, { ...one.env });
        // What the command line itself refuses never gets here.
        if (parsed.ok && one.flags !== undefined) return;
        assert.ok(!parsed.ok, 'was accepted');
        assertLocated(parsed.errors, one, file);
      });
    }
  });
}

describe('the program itself says so', { concurrency: 4 }, () => {
  for (const [family, cases] of Object.entries(families)) {
    const shown = family === 'too much' || family === 'flags' ? cases : cases.slice(0, 3);
    for (const [i, one] of shown.entries()) {
      test(`config check, ${family}: ${one.name}`, async () => {
        const file = join(dir, `check-${family.replaceAll(/\W/g, '-')}-${i}.yaml`);
        writeFileSync(file, one.text ?? '{}');
        const ended = await command(['config', 'check', '--config', file, ...(one.flags ?? [])], one.env);
        assertLocated(complaints(ended), one, file);
      });
    }
  }
});

/** Were a configuration accepted, the daemon would serve an instance of its own and not this host. */
const apart = ['unshare', '-Urm', '--propagation', 'private'];

describe('the daemon does not start', { concurrency: 4 }, () => {
  for (const [family, [one]] of Object.entries(families)) {
    if (one === undefined) continue;
    test(`${family}: ${one.name}`, async (t) => {
      if (!requireKernel(t)) return;
      const place = scratch();
      const file = join(dir, `run-${family.replaceAll(/\W/g, '-')}.yaml`);
      writeFileSync(file, one.text ?? '{}');
      const env = {
        BINFMT_KEEPER_MOUNTS_MAIN: `${place}/proc/binfmt_misc`,
        BINFMT_KEEPER_INTERPRETERS_STORE: `${place}/lib/store`,
        ...one.env,
      };
      const ended = await command(['run', '--config', file, ...(one.flags ?? [])], env, apart);
      assertLocated(complaints(ended), one, file);
      assert.deepEqual(readdirSync(place), []);
    });
  }
});

/** What stands where the configuration file should, and what is said of it. */
const files: Readonly<Record<string, { make: (path: string) => string; says: RegExp }>> = {
  'a directory': { make: made(mkdirSync), says: /FILE: is a directory, not a regular file/ },
  'a FIFO': { make: made((path) => run('mkfifo', path)), says: /FILE: is a FIFO, not a regular file/ },
  '/dev/zero': { make: () => '/dev/zero', says: /FILE: is a device, not a regular file/ },
  'a link to /dev/zero': {
    make: made((path) => symlinkSync('/dev/zero', path)),
    says: /FILE: is a device, not a regular file/,
  },
  '/dev/tty or none': { make: () => '/dev/tty', says: /FILE: (is a device|cannot be read)/ },
  'a loop of links': {
    make: made((path) => symlinkSync(path, path)),
    says: /FILE: cannot be read \(ELOOP\)/,
  },
  'a link to nothing': {
    make: made((path) => symlinkSync(`${path}.gone`, path)),
    says: /FILE: cannot be read \(ENOENT\)/,
  },
  nothing: { make: (path) => path, says: /FILE: cannot be read \(ENOENT\)/ },
  'a path below a file': { make: () => '/etc/passwd/x', says: /FILE: cannot be read \(ENOTDIR\)/ },
  'a path of 5000 bytes': { make: () => `/${'x/'.repeat(2500)}`, says: /cannot be read \(ENAMETOOLONG\)/ },
  'a name with an escape sequence': {
    make: (path) => `${path}\x1b[31m`,
    says: /\?\[31m: cannot be read \(ENOENT\)/,
  },
  'an empty path': { make: () => '', says: /--config: must be the path of a file/ },
  'a file of the kernel without an end': { make: () => '/proc/self/mem', says: /FILE: cannot be read \(E/ },
};

describe('in place of the configuration file there is', { concurrency: 4 }, () => {
  for (const [what, { make, says }] of Object.entries(files)) {
    for (const words of [['config', 'check'], ['run']]) {
      test(`${what}: ${words.join(' ')} refuses it`, async (t) => {
        if (!requireKernel(t)) return;
        const path = make(join(scratch(), 'config.yaml'));
        const lines = complaints(await command([...words, '--config', path], {}, apart));
        assert.match((lines[0] ?? '').replace(path, 'FILE'), says);
        assert.equal(lines.length, 1);
      });
    }
  }

  test('a file that nobody may read', async (t) => {
    // Root may read everything unless it gives that up.
    const dropped = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps=-all'];
    const path = join(scratch(), 'config.yaml');
    writeFileSync(path, '{}', { mode: 0 });
    const prefix = process.getuid?.() === 0 ? dropped : [];
    if (prefix.length > 0 && spawnSync('setpriv', ['--version']).error) return t.skip('no setpriv');
    const lines = complaints(await command(['config', 'check', '--config', path], {}, prefix));
    assert.deepEqual(lines, [`${path}: cannot be read (EACCES)`]);
  });

  test('two files: config check refuses to choose', async () => {
    const lines = complaints(await command(['config', 'check', '--config=/a', '--config=/b']));
    assert.match(lines[0] ?? '', /--config: given more than once/);
  });

  test('/dev/null: nothing is configured, which is no fault', async () => {
    const { status, stdout } = await command(['config', 'check', '--offline', '--config', '/dev/null']);
    assert.deepEqual([status, stdout], [0, '/dev/null: valid\n']);
  });
});

/** Every line has a place, the first one that of the case; none is a trace, and a terminal obeys none. */
function assertLocated(lines: readonly string[], one: Hostile, file: string): void {
  const [first = ''] = lines;
  assert.match(first.replace(file, 'FILE'), one.at);
  assert.ok(lines.length <= 21, `${lines.length} lines`);
  for (const line of lines.filter((l) => l !== 'and more')) {
    assert.ok(line.length < 1000, `${line.length} characters`);
    assert.ok(/^--?[^ ]|^BINFMT_KEEPER_/.test(line) || line.startsWith(`${file}:`), line);
    assert.doesNotMatch(line, /\p{Cc}/u, JSON.stringify(line));
  }
}

function made(make: (path: string) => unknown): (path: string) => string {
  return (path) => {
    make(path);
    assert.ok(existsSync(path) || path !== '', path);
    return path;
  };
}

function run(program: string, ...args: readonly string[]): Ended['status'] {
  return spawnSync(program, args).status;
}
