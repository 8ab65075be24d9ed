import { lacksEmulator, type Problem } from '../problems.ts';
import { type HandlerReport, isLost } from './report.ts';

/**
 * Problems as they are for one who only looks, and keeps nothing: an emulator is lacking only where nothing serves, and
 * a platform that could be registered at once is a notice with that remedy.
 */
export function problemsOfLook(
  problems: readonly Problem[],
  handlers: readonly HandlerReport[],
): readonly Problem[] {
  const lost = new Map(handlers.filter(isLost).map((h) => [h.key, h]));
  const left = problems.filter(
    (p) => !aboutEmulators.has(p.code) || lost.get(p.subject)?.state === 'missing',
  );
  const told = new Set(left.flatMap((p) => [p.subject]));
  const unregistered = [...lost.values()].filter((h) => h.state === 'missing' && !told.has(h.key));
  return [
    ...left,
    ...unregistered.map(({ key, interpreter }): Problem => {
      const detail = interpreter === '' ? 'nothing runs its files' : `${interpreter} would run its files`;
      return { code: 'not-registered', subject: key, detail };
    }),
  ];
}

const aboutEmulators: ReadonlySet<string> = new Set([...lacksEmulator, 'not-registered']);
