/** What people and programs use to execute a file, and what becomes of it where nobody serves its platform. */
export interface Tool {
  /** As it is typed in sh; `./app` is the foreign program. */
  readonly line: string;
  /** What is seen without a last resort, on Debian 12, and the status. */
  readonly without: readonly [seen: string, status: number];
  /** The status with it. */
  readonly with: number;
  /** Whether its sentence is among what is said; a tool that only reads the file says what it always says. */
  readonly explains: boolean;
}

const refused = '`Exec format error`';
const script = 'run as a script: `Syntax error: Unterminated quoted string`';

export const tools: readonly Tool[] = [
  tool('./app', [refused, 126]),
  tool('sh -c ./app', [refused, 126]),
  tool('dash -c ./app', [refused, 126]),
  tool('bash -c ./app', [refused, 126]),
  tool('busybox sh -c ./app', [script, 2]),
  tool('zsh -c ./app', [refused, 126]),
  tool('fish -c ./app', ['`the file could not be run by the operating system`', 126]),
  tool('env ./app', [script, 2]),
  tool('echo | xargs ./app', [script, 123], 123),
  tool('find . -maxdepth 1 -name app -exec ./app \\;', [script, 0], 0),
  tool('timeout 5 ./app', [script, 2]),
  tool('nice ./app', [script, 2]),
  tool('nohup ./app', [script, 2]),
  tool('setsid -w ./app', [script, 2]),
  tool('stdbuf -o0 ./app', [script, 2]),
  tool('flock lock ./app', [script, 2]),
  tool('chroot . /app', ['`No such file or directory`, for there is no shell', 127]),
  tool('make -s', [script, 2], 2),
  tool(`perl -e 'exit(system("./app") >> 8)'`, [script, 2]),
  tool(`python3 -c 'import subprocess, sys; sys.exit(subprocess.run(["./app"]).returncode)'`, [
    '`OSError: [Errno 8] Exec format error`',
    1,
  ]),
  tool(`node -e 'process.exit(require("child_process").spawnSync("./app", { stdio: "inherit" }).status)'`, [
    script,
    2,
  ]),
  tool('strace -o /dev/null ./app', [refused, 1]),
  tool(`awk 'BEGIN { exit system("./app") }'`, [refused, 126]),
  tool(`git -c alias.x='!./app' x`, [script, 2]),
  tool('script -qec ./app /dev/null', [refused, 126]),
  { line: 'ldd ./app', without: ['`not a dynamic executable`', 1], with: 1, explains: false },
  { line: 'file -b ./app', without: ['what it is', 0], with: 0, explains: false },
  {
    // What configure runs to learn whether it compiles for another machine.
    line: `ac_try=./app; { { (case "(($ac_try" in *) :;; esac; eval "$ac_try") 2>&5; test $? = 0; } || (exit 3); } 5>&2`,
    without: ['it fails, so `cross_compiling=yes`', 3],
    with: 3,
    explains: true,
  },
  {
    // As arch-test and BuildKit look whether a platform runs: by what a program says and its status.
    line: `test "$(./app)" = ok`,
    without: ['no', 1],
    with: 1,
    explains: true,
  },
];

function tool(line: string, without: Tool['without'], status = 126): Tool {
  return { line, without, with: status, explains: true };
}

/** The table of docs/last-resort.md. */
export function toolsTable(): string {
  const rows = tools.map(({ line, without: [seen, was], with: is, explains }) => {
    const told = explains ? 'the sentence' : 'the same';
    return `| \`${line.replaceAll('|', '\\|')}\` | ${seen} | ${was} | ${told} | ${is} |\n`;
  });
  return `| typed | without | status | with | status |\n|---|---|---|---|---|\n${rows.join('')}`;
}
