import assert from 'node:assert/strict';
import { printed } from '../../src/core/doctor/printed.ts';
import { probesIn } from './held.ts';
import { suite } from './suite.ts';

/** Ways to start a program, `$0` in a shell. */
const starters: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash', '-c', '"$0"'],
  dash: ['dash', '-c', '"$0"'],
  env: ['env'],
  python: ['python3', '-c', 'import subprocess, sys; subprocess.run([sys.argv[1]])'],
  node: [
    process.execPath,
    '-e',
    'require("child_process").spawn(process.argv[1]).on("error", (e) => console.error(e.message)).stderr.pipe(process.stderr)',
  ],
  setpriv: ['setpriv', '--no-new-privs'],
  nice: ['nice'],
  perl: ['perl', '-e', 'exec {$ARGV[0]} $ARGV[0] or print STDERR "$!\\n"'],
};

await suite(import.meta.url, 'what tools print for a program that nothing runs', {
  'is in the table, by its errno': async (world) => {
    await probesIn(world);
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    const noexec = texts('troubleshooting.md#exec-format-error');
    for (const [name, [program = '', ...args]] of Object.entries(starters)) {
      const { said } = world.command(program, ...args, world.probe());
      if (/ENOENT/.test(said) && said.includes(program)) continue; // the tool is not installed here
      assert.ok(
        noexec.some((text) => said.includes(text)),
        `${name}: ${said}`,
      );
    }
    // Every magic, and an interpreter that is not there.
    world.register('emu', '/nowhere/emulator', '');
    const missing = texts('troubleshooting.md#no-such-file-or-directory-although-the-file-is-there');
    for (const [name, [program = '', ...args]] of Object.entries(starters)) {
      const { said } = world.command(program, ...args, world.probe());
      if (name === 'node' || name === 'dash') continue; // they say ENOENT, and "not found"
      assert.ok(
        missing.some((text) => said.includes(text)),
        `${name}: ${said}`,
      );
    }
    return undefined;
  },
});

function texts(section: string): readonly string[] {
  return printed.filter((row) => row.section === section).flatMap((row) => row.texts);
}
