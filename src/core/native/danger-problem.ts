import type { Entry } from '../kernel/entry.ts';
import type { Problem } from '../problems.ts';
import type { NativePrograms } from './acceptance.ts';
import { type Danger, dangerOf, stopsHost } from './danger.ts';

/** What an enabled entry does to the host's own programs, as a problem; null where it does nothing. */
export function dangerProblem(entry: Entry, natives: NativePrograms | undefined, on = true): Problem | null {
  const danger = dangerOf(entry.matcher, natives);
  if (danger === null) return null;
  const code = stopsHost(danger) ? 'dangerous-entry' : 'native-taken';
  return { code, subject: entry.name, detail: dangerWords(danger, entry, on) };
}

function dangerWords({ kind, what }: Danger, { interpreter }: Entry, on: boolean): string {
  const taken = `it takes ${what}, and has ${interpreter} run them`;
  if (!on) return `${taken}, once somebody switches the instance on (it is left off until then)`;
  return kind === 'programs' ? `${taken}: every exec fails` : taken;
}
