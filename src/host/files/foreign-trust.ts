import { reach } from '../system/reach.ts';
import { judgePath, untrusted } from './trust.ts';

/** What can be said of somebody else's interpreter before anything runs it. */
export interface ForeignTrust {
  /** Why it is not to be trusted; null where nothing speaks against it. */
  readonly distrust: string | null;
  /** The file that the kernel will run is the one that was judged. With `F` it runs one that nobody can see. */
  readonly sure: boolean;
}

/** Judges the interpreter of an entry (a byte string) by its path, for that is what a registration opens. */
export async function judgeForeign(interpreter: string, flags: string): Promise<ForeignTrust> {
  const path = Buffer.from(interpreter, 'latin1');
  if (!interpreter.startsWith('/')) return { distrust: `${path} is no absolute path`, sure: false };
  const reached = await reach(path.toString('utf8'), 2000);
  if (!reached.ok) return { distrust: null, sure: false };
  const judged = await judgePath(path);
  if (judged.ok) return { distrust: null, sure: !flags.includes('F') };
  return { distrust: judged.code === untrusted ? judged.message : null, sure: false };
}
