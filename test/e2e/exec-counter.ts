import type { World } from './world.ts';

/** Shells that execute a foreign program as fast as they can. */
export interface ExecCounter {
  stop(): Promise<{ readonly execs: number; readonly failed: number }>;
}

/** The probes want a byte to read. */
const loop = `exec 3>&1 </dev/zero >/dev/null 2>&1
execs=0 failed=0
trap 'echo "$execs $failed" >&3; exit' TERM
echo begun >&3
while :; do "$1" || failed=$((failed+1)); execs=$((execs+1)); done`;

/** Starts so many of them, at work when this resolves: closer together than one process of Node could execute. */
export async function startCounter(world: World, loops: number): Promise<ExecCounter> {
  const children = Array.from({ length: loops }, () => {
    const child = world.child('sh', ['-c', loop, 'counter', world.probe()]);
    let text = '';
    const closed = new Promise<string>((resolve) => child.once('close', () => resolve(text)));
    const begun = new Promise<void>((resolve) => {
      child.stdout?.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        resolve();
      });
    });
    return { child, closed, begun };
  });
  await Promise.all(children.map((one) => one.begun));
  return {
    async stop() {
      for (const { child } of children) child.kill('SIGTERM');
      const counts = await Promise.all(children.map((one) => one.closed));
      const sum = (at: number): number =>
        counts.reduce((total, text) => total + Number(text.split('\n')[1]?.split(' ')[at]), 0);
      return { execs: sum(0), failed: sum(1) };
    },
  };
}
