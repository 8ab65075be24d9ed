import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Architecture } from '../../core/platforms/catalogue.ts';
import { type Problem, type ProblemCode, problemCatalogue } from '../../core/problems.ts';
import type { TriedPlace } from '../../host/store/interpreters.ts';

/** Why no emulator of a platform can be had: a place that does not answer explains more than those where nothing lies. */
export function lackOf(architecture: Architecture, tried: readonly TriedPlace[]): Problem {
  const hung = tried.filter((place) => place.code === 'hung');
  const first = [...hung, ...tried.filter((place) => place.code !== 'hung')].slice(0, 3);
  const why = first.map((place) => place.message).join('; ');
  if (hung[0] !== undefined)
    return noneFound(architecture, why, 'hung-path', {
      PATH: bytesOf(hung[0].path),
      ...hung[0].fault?.values,
    });
  // A file that lies there and cannot serve is the cause, and what to do depends on what is wrong with it.
  const unfit = tried.find((place) => place.fault !== undefined);
  if (unfit?.fault === undefined) return noneFound(architecture, why);
  const { code, values } = unfit.fault;
  const detail = `no emulator that can serve: ${unfit.message}`;
  return obtainProblem(code, architecture, detail, values);
}

function noneFound(
  { target, interpreter }: Architecture,
  why: string,
  code: ProblemCode = 'source-missing',
  values: Problem['values'] = {},
): Problem {
  return { code, subject: target, detail: `no static ${interpreter}: ${why}`, values };
}

/** What went wrong with the emulator of a platform. */
export function obtainProblem(
  code: string,
  { target }: Architecture,
  detail: string,
  values: Problem['values'] = {},
): Problem {
  return { code: codeOf(code), subject: target, detail, values: { PLATFORM: target, ...values } };
}

/** What the store and the checks of a file say, in the words of the catalogue of problems. */
export function codeOf(code: string): ProblemCode {
  if (isProblemCode(code)) return code;
  return translations[code] ?? 'preparation-failed';
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemCatalogue, code);
}

const translations: Readonly<Record<string, ProblemCode>> = {
  'interpreter-unreachable': 'hung-path',
  'store-untrusted': 'interpreter-untrusted',
  'store-noexec': 'interpreter-noexec',
  'store-source': 'source-missing',
  'store-failed': 'preparation-failed',
};
