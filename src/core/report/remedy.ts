import { type Problem, problemCatalogue } from '../problems.ts';
import { commandsIn, type Here, typed, type Values } from '../text/typed.ts';
import { visible } from '../text/visible.ts';

/** What to do about a problem, with its own values, so that it can be typed as it stands. */
export function remedyOf(problem: Problem, here?: Here): string {
  return typed(problemCatalogue[problem.code].remedy, here, valuesOf(problem));
}

/** What is to be typed of it. */
export function commandsOf(problem: Problem, here?: Here): readonly string[] {
  return commandsIn(problemCatalogue[problem.code].remedy, here, valuesOf(problem));
}

/**
 * Of problems of one code what to do about all of them: platforms that are told apart by nothing else are named together, and
 * after the first of several texts only what is to be typed for each.
 */
export function remediesOf(problems: readonly Problem[], here?: Here): readonly string[] {
  const alike = new Map<string, { readonly problem: Problem; readonly platforms: string[] }>();
  for (const problem of problems) {
    const { PLATFORM: platform, ...values } = valuesOf(problem);
    const key = `${platform === undefined} ${JSON.stringify(values)}`;
    const known = alike.get(key) ?? { problem: { ...problem, values }, platforms: [] };
    if (platform !== undefined && !known.platforms.includes(platform)) known.platforms.push(platform);
    alike.set(key, known);
  }
  const told = [...alike.values()].map(({ problem, platforms }): Problem => {
    if (platforms.length === 0) return problem;
    return { ...problem, values: { ...problem.values, PLATFORM: platforms.join(',') } };
  });
  const texts = told.map((problem, at) => {
    const commands = at === 0 ? [] : commandsOf(problem, here);
    if (commands.length === 0) return remedyOf(problem, here);
    return `for ${visible(problem.subject)}: ${commands.join(' · ')}`;
  });
  return [...new Set(texts)];
}

/** Words that stand for a path; some problems of such a code are about something else. */
const places: ReadonlySet<string> = new Set(['ANCHOR', 'FILE', 'MAIN', 'PATH', 'RUN', 'STORE']);

function valuesOf({ code, subject, values }: Problem): Values {
  const { about } = problemCatalogue[code];
  const isIt = subject.startsWith('/') || (subject !== '' && !places.has(about ?? ''));
  return about !== undefined && isIt ? { [about]: subject, ...values } : { ...values };
}
