import { loadLibc } from '../../src/host/system/libc.ts';
import { cases } from './cases.ts';
import { linuxWorld } from './linux-world.ts';

/** Runs every case on the kernel, in the namespaces that the caller made, and prints one JSON line for each. */
const libc = await loadLibc();
for (const [claim, run] of Object.entries(cases)) {
  const world = linuxWorld(libc);
  let failure: string | null = null;
  try {
    run(world);
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  world.dispose();
  process.stdout.write(`${JSON.stringify({ claim, failure })}\n`);
  // the loop reaps the children that ended
  await new Promise((resolve) => setImmediate(resolve));
}
