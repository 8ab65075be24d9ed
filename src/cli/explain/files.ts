import type { Config } from '../../core/config/config.ts';
import { withContext } from '../../core/diagnose/context.ts';
import { explainCourse } from '../../core/diagnose/explain.ts';
import type { Explanation } from '../../core/diagnose/explanation.ts';
import { judgeStarted } from '../../core/diagnose/started.ts';
import { courseOf } from '../../host/explain/course.ts';
import { startedFacts } from '../../host/explain/started.ts';
import type { Context } from '../terminal/context.ts';
import { withProgress } from '../terminal/progress.ts';
import { learnScene, type Scene, withSibling } from './scene.ts';
import { type Refused, type Subject, subjectsOf } from './subjects.ts';

/** What was found, and the platform of the host that it was found on. */
export interface Explained {
  readonly found: readonly Explanation[];
  readonly host: string;
}

/** Explains each file in turn, or says why there is none. */
export async function explainFiles(
  context: Context,
  config: Config,
  files: readonly string[],
): Promise<Explained | Refused> {
  const subjects = await subjectsOf(context.flags, files);
  if ('why' in subjects) return subjects;
  const probes = context.flags['no-probe'] !== true;
  const found: Explanation[] = [];
  const scenes = new Map<string, Scene>();
  const all = async (): Promise<void> => {
    for (const subject of subjects) {
      const scene = scenes.get(subject.root) ?? (await learnScene(config, subject.root, probes));
      scenes.set(subject.root, scene);
      found.push(await explainOne(subject, scene));
    }
  };
  await withProgress(context, () => `${found.length} of ${subjects.length}`, all());
  return { found, host: scenes.values().next().value?.where.host ?? '' };
}

async function explainOne(subject: Subject, scene: Scene): Promise<Explanation> {
  const { path, shown } = subject;
  const one = await oneCourse(subject, scene);
  const here = asks32(one.explanation) ? await withSibling(scene) : scene;
  const { course, explanation } = here === scene ? one : await oneCourse(subject, here);
  const eyes = { ...here.eyes, cwd: subject.cwd ?? here.eyes.cwd };
  const facts = await startedFacts(explanation, course, eyes, {
    prover: here.prover,
    state: here.where.state,
  });
  const judged = facts === null ? explanation : judgeStarted(explanation, facts, here.where);
  return { ...withContext(judged, here.where), file: shown ?? path };
}

async function oneCourse({ path, cwd, given }: Subject, { where, eyes }: Scene) {
  const first = given === null ? null : given(eyes.native);
  const course = await courseOf(path, where.state, { ...eyes, cwd: cwd ?? eyes.cwd }, first);
  return { course, explanation: explainCourse(path, course, where) };
}

/** Whether it all hangs on 32-bit programs of this machine. */
function asks32({ verdict }: Explanation): boolean {
  return 'cause' in verdict && verdict.cause?.code === 'host-bits';
}
