import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { packagedUnits } from '../../../scripts/package/tree.ts';
import { parseConfig } from '../../../src/core/config/config.ts';
import { root } from '../../architecture/imports.ts';

const anchor = 'run-binfmt\\x2dkeeper-binfmt_misc.mount';

describe('the units of systemd/', () => {
  for (const [name, text] of packagedUnits())
    test(`${name} is what emit says for the built-in configuration (node scripts/package/package.ts --units)`, () => {
      assert.equal(readFileSync(join(root, 'systemd', name), 'utf8'), text);
    });

  test('expose 2.4 at most by the measure of systemd 252', (t) => {
    assertExposure(t, written(t, packagedUnits()), '24');
  });
});

describe('emit systemd', () => {
  test('runs this very program, and systemd finds no fault in the units', (t) => {
    const directory = emitted(t);
    const service = readFileSync(join(directory, 'binfmt-keeper.service'), 'utf8');
    assert.ok(service.includes(`ExecStart=${process.execPath}`), service);
    if (process.allowedNodeEnvironmentFlags.has('--disable-sigusr1'))
      assert.match(service, /^ExecStart=.* --disable-sigusr1 /m);
    verify(t, directory);
  });

  test('moves the anchor unit, and the directories that may be written, with the settings', (t) => {
    const directory = emitted(t, [
      '--mounts-anchor=/srv/keeper run/binfmt_misc',
      '--interpreters-store=/var/lib/other/store',
    ]);
    const unit = 'srv-keeper\\x20run-binfmt_misc.mount';
    assert.deepEqual(readdirSync(directory).sort(), ['binfmt-keeper.service', unit].sort());
    const service = readFileSync(join(directory, 'binfmt-keeper.service'), 'utf8');
    assert.match(service, /^StateDirectory=other$/m);
    assert.match(service, /^ReadWritePaths="\/srv\/keeper run"$/m);
    assert.doesNotMatch(service, /^RuntimeDirectory=/m);
    assert.match(readFileSync(join(directory, unit), 'utf8'), /^Where=\/srv\/keeper run\/binfmt_misc$/m);
    verify(t, directory);
  });

  test('writes settings of flags and environment into the service, and none of the file', (t) => {
    const config = join(mkdtempSync(join(tmpdir(), 'emit-config-')), 'c%c.yaml');
    t.after(() => rmSync(join(config, '..'), { recursive: true }));
    writeFileSync(config, 'resync: 7s\nnames: mine-\n');
    const directory = emitted(
      t,
      ['--config', config, '--platforms', 'linux/arm64,riscv64', '--probe-interval', '90s'],
      {
        BINFMT_KEEPER_ON_STOP: 'remove',
      },
    );
    const service = readFileSync(join(directory, 'binfmt-keeper.service'), 'utf8');
    assert.deepEqual(service.match(/^Environment=.*$/gm), [
      'Environment=BINFMT_KEEPER_PLATFORMS=linux/arm64,riscv64',
      'Environment=BINFMT_KEEPER_PROBE_INTERVAL=1m30s',
      'Environment=BINFMT_KEEPER_ON_STOP=remove',
    ]);
    assert.match(service, / run --config \/\S*c%%c\.yaml$/m);
    verify(t, directory);
  });

  test('lets the service see emulators in places that it hides otherwise', (t) => {
    const hiding = (source: string) => {
      const service = readFileSync(
        join(emitted(t, ['--interpreters-sources', source]), 'binfmt-keeper.service'),
        'utf8',
      );
      return service.match(/^(ProtectHome|PrivateTmp)=.*$/gm);
    };
    assert.equal(hiding('/tmp/qemu')?.[1], 'PrivateTmp=no');
    assert.equal(hiding('/home/me/qemu')?.[0], 'ProtectHome=read-only');
  });

  test('gives the service no network unless it listens there, and loopback alone for an address of it', (t) => {
    const network = (listen: string) => {
      const directory = emitted(t, ['--http-listen', listen]);
      verify(t, directory);
      const service = readFileSync(join(directory, 'binfmt-keeper.service'), 'utf8');
      return {
        directory,
        lines: service.match(
          /^(PrivateNetwork|RestrictAddressFamilies|IPAddress\w+|CapabilityBounding\w+)=.*$/gm,
        ),
      };
    };
    const off = network('off');
    const none = ['PrivateNetwork=yes', 'RestrictAddressFamilies=AF_UNIX', 'IPAddressDeny=any'];
    assert.deepEqual(off.lines, ['CapabilityBoundingSet=', ...none]);
    assertExposure(t, off.directory, '20');
    const families = 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6';
    const local = ['CapabilityBoundingSet=', families, 'IPAddressDeny=any', 'IPAddressAllow=localhost'];
    for (const listen of ['127.0.0.1:8676', '[::1]:9000']) assert.deepEqual(network(listen).lines, local);
    assert.deepEqual(network('0.0.0.0:80').lines, ['CapabilityBoundingSet=CAP_NET_BIND_SERVICE', families]);
  });

  test('lets the service write and give away a socket, and write a textfile, where the settings say', (t) => {
    const flags = [
      '--http-listen=unix:/srv/http/keeper',
      '--http-owner=root:adm',
      '--publish-textfile=/srv/node/k.prom',
    ];
    const directory = emitted(t, flags);
    const service = readFileSync(join(directory, 'binfmt-keeper.service'), 'utf8');
    assert.deepEqual(service.match(/^ReadWritePaths=.*$/gm), [
      'ReadWritePaths=-/run/binfmt.d',
      'ReadWritePaths=-/srv/http',
      'ReadWritePaths=-/srv/node',
    ]);
    assert.match(service, /^CapabilityBoundingSet=CAP_CHOWN$/m);
    assert.match(service, /^SystemCallFilter=@chown$/m);
    verify(t, directory);
  });

  for (const flag of [
    '--http-listen=unix:/x.sock',
    '--http-listen=unix:/run/x.sock',
    '--publish-textfile=/x.prom',
    '--publish-textfile=/var/lib/x.prom',
    '--interpreters-store=/store',
    '--mounts-anchor=/run/binfmt_misc',
  ])
    test(`writes no unit that would let the service write to a directory of the whole system: ${flag}`, () => {
      const { status, stdout, stderr } = cli(['emit', 'systemd', flag]);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, new RegExp(`${flag.slice(2, flag.indexOf('=')).replace('-', '.')}: .* all of /`));
    });

  test('leaves to others what is theirs: /run/binfmt.d goes with no `systemctl clean`, an emulator that eats memory ends alone', (t) => {
    const service = readFileSync(join(emitted(t), 'binfmt-keeper.service'), 'utf8');
    assert.deepEqual(service.match(/^(Runtime|State|Cache|Logs|Configuration)Directory=.*$/gm), [
      'RuntimeDirectory=binfmt-keeper',
      'StateDirectory=binfmt-keeper',
    ]);
    assert.match(service, /^OOMPolicy=continue$/m);
  });

  test('where entries of others may serve, their probes may become another user, and nothing more', (t) => {
    for (const flags of [
      ['--precedence', 'last'],
      ['--precedence', 'theirs'],
      ['--adopt', 'rosetta'],
    ]) {
      const directory = emitted(t, flags);
      const service = readFileSync(join(directory, 'binfmt-keeper.service'), 'utf8');
      assert.match(service, /^CapabilityBoundingSet=CAP_SETUID CAP_SETGID$/m);
      assert.match(service, /^SystemCallFilter=@setuid setfsuid setfsgid$/m);
      verify(t, directory);
    }
  });

  test('prints each unit below its path, and as JSON by its name', () => {
    const text = cli(['emit', 'systemd']).stdout;
    assert.ok(text.includes(`# /etc/systemd/system/${anchor}\n`));
    assert.ok(text.includes('# /etc/systemd/system/binfmt-keeper.service\n'));
    const units = JSON.parse(cli(['emit', 'systemd', '-o', 'json']).stdout);
    assert.deepEqual(Object.keys(units), [anchor, 'binfmt-keeper.service']);
  });

  test('ends with 1 where the units cannot be written', () => {
    const { status, stderr } = cli(['emit', 'systemd', '--to', '/proc/nowhere']);
    assert.equal(status, 1);
    assert.match(stderr, /\/proc\/nowhere/);
  });
});

describe('emit bottlerocket', () => {
  test('prints TOML whose user data is the configuration in effect, for both kinds of container', () => {
    const args = ['--platforms', 'linux/arm64', '--probe-interval', '90s'];
    const { status, stdout } = cli(['emit', 'bottlerocket', ...args], { BINFMT_KEEPER_ON_STOP: 'remove' });
    assert.equal(status, 0);
    const tables = readToml(stdout);
    const keys = Object.fromEntries(Object.entries(tables).map(([name, one]) => [name, Object.keys(one)]));
    assert.deepEqual(keys, {
      'settings.host-containers.binfmt-keeper': ['enabled', 'superpowered', 'source', 'user-data'],
      'settings.bootstrap-containers.binfmt-keeper': ['source', 'mode', 'essential', 'user-data'],
    });
    for (const { 'user-data': data } of Object.values(tables)) {
      const text = Buffer.from(String(data), 'base64').toString('utf8');
      const parsed = parseConfig({ file: { name: 'user-data', text }, env: {}, flags: {} });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      const { platforms, probe, onStop, interpreters } = parsed.config;
      assert.deepEqual([platforms, probe.interval, onStop], [['linux/arm64'], 90_000, 'remove']);
      assert.equal(interpreters.store, '/var/lib/binfmt-keeper/store');
    }
    // Each image says where that file lies.
    for (const kind of ['host', 'bootstrap'])
      assert.match(
        stdout,
        new RegExp(`^#   ENV BINFMT_KEEPER_CONFIG=/.bottlerocket/${kind}-containers/current/`, 'm'),
      );
  });

  test('writes one file, and the same as JSON by its name', (t) => {
    const directory = written(t, new Map());
    assert.equal(cli(['emit', 'bottlerocket', '--to', directory]).status, 0);
    const text = readFileSync(join(directory, 'binfmt-keeper.toml'), 'utf8');
    assert.deepEqual(JSON.parse(cli(['emit', 'bottlerocket', '-o', 'json']).stdout), {
      'binfmt-keeper.toml': text,
    });
  });
});

/** The part of TOML that is written: tables, each once, with strings without escapes and booleans; throws at all else. */
function readToml(text: string): Readonly<Record<string, Readonly<Record<string, string | boolean>>>> {
  const tables: Record<string, Record<string, string | boolean>> = {};
  let here: Record<string, string | boolean> | null = null;
  for (const line of text.split('\n')) {
    if (line === '' || /^#[^\p{Cc}]*$/u.test(line)) continue;
    const [, table] = /^\[([a-z-]+(?:\.[a-z-]+)*)\]$/.exec(line) ?? [];
    const [, key, string, boolean] = /^([a-z-]+) = (?:"([^"\\\p{Cc}]*)"|(true|false))$/u.exec(line) ?? [];
    if (table !== undefined && tables[table] === undefined) here = tables[table] = {};
    else if (here !== null && key !== undefined && here[key] === undefined)
      here[key] = string ?? boolean === 'true';
    else throw new Error(`no TOML that we write: ${line}`);
  }
  return tables;
}

function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, ['--no-warnings', join(root, 'src/main.ts'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
}

function emitted(t: TestContext, flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const directory = written(t, new Map());
  const { status, stderr } = cli(['emit', 'systemd', '--to', directory, ...flags], env);
  assert.equal(status, 0, stderr);
  return directory;
}

function written(t: TestContext, units: ReadonlyMap<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'emit-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of units) writeFileSync(join(directory, name), text);
  return directory;
}

function assertExposure(t: TestContext, directory: string, tenths: string): void {
  const service = join(directory, 'binfmt-keeper.service');
  const args = ['security', '--offline=true', `--threshold=${tenths}`, '--no-pager', service];
  const { stdout, stderr, status, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  if (error) t.diagnostic('systemd-analyze is not installed');
  else assert.equal(status, 0, stdout + stderr);
}

/** Units that are named in Wants= and Before= and not installed here are no fault. */
function verify(t: TestContext, directory: string): void {
  const files = readdirSync(directory).map((name) => join(directory, name));
  const { stdout, stderr, status, error } = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--recursive-errors=no', ...files],
    { encoding: 'utf8' },
  );
  if (error) t.diagnostic('systemd-analyze is not installed');
  else assert.deepEqual({ status, said: (stdout + stderr).trim() }, { status: 0, said: '' });
}
