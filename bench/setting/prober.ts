import { type ChildProcess, spawn } from 'node:child_process';

/** What a prober counted: programs started, and how many of them did not run. */
export interface Count {
  readonly execs: number;
  readonly failed: number;
}

/** Executes one foreign program again and again, as fast as a shell can. */
export interface Prober {
  stop(): Promise<Count>;
}

/** A shell's loop (the probes want a byte to read): no other prober is on every machine, and Node's own spawn is ten times slower. */
const loop = `exec 3>&1 </dev/zero >/dev/null 2>&1
execs=0 failed=0
trap 'echo "$execs $failed" >&3; exit' TERM
while :; do "$1" || failed=$((failed+1)); execs=$((execs+1)); done`;

/** Starts a prober of `program`, which must end with status 0 where emulation works. */
export function startProber(program: string): Prober {
  const child = spawn('sh', ['-c', loop, 'prober', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    async stop() {
      const text = await textOf(child);
      process.removeListener('exit', kill);
      const [execs = Number.NaN, failed = Number.NaN] = text.split(' ').map(Number);
      return { execs, failed };
    },
  };
}

/** Ends a shell that counts, and gives what it says then. */
export function textOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
    });
    child.once('close', () => resolve(text));
    child.kill('SIGTERM');
  });
}
