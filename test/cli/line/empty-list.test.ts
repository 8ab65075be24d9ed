import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** All spellings in which somebody names platforms. */
const spellings = [
  ...['install', 'uninstall', 'status', 'probe', 'witness'].flatMap((c) => [`${c} ''`, `${c} ' '`, `${c} ,`]),
  ...['install', 'uninstall', 'status', 'probe', 'witness', 'run', 'health', 'pause', 'resume'].map(
    (c) => `${c} --platforms ''`,
  ),
  ...['config check', 'config show', 'emit systemd'].map((c) => `${c} --platforms ''`),
  "install arm64 ''",
  "--install ''",
  "--uninstall ''",
];
const commands = ['install', 'uninstall', 'status', 'probe', 'witness', 'run', 'health', 'config check'];

test('an empty list of platforms is wrong usage in every command and spelling', (t) => {
  if (!requireKernel(t)) return;
  const keeper = `timeout 20 '${process.execPath}' --no-warnings '${main}'`;
  const lines = [
    ...spellings.map((line) => `${keeper} ${line}`),
    ...commands.map((line) => `BINFMT_KEEPER_PLATFORMS= ${keeper} ${line}`),
  ];
  const script = `mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/lib
    ${lines.map((line) => `${line} >/dev/null 2>&1; echo $?`).join('\n')}`;
  const [command, args] = inPrivateInstance('sh', '-c', script);
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  const statuses = stdout.trim().split('\n').map(Number);
  const wrong = lines.filter((_, at) => statuses[at] !== 2).map((line) => line.replace(keeper, ''));
  assert.deepEqual(wrong, [], stderr);
});
