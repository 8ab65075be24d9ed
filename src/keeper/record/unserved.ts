import { mostUnserved, type UnservedProgram, type UnservedReport } from '../../core/report/unserved.ts';

/** Programs that could not run: counted by platform and cause, the last of them remembered. */
export interface Unserved {
  add(program: Omit<UnservedProgram, 'count'>): void;
  counts(): UnservedReport['counts'];
  recent(): readonly UnservedProgram[];
}

/** Begins with what an earlier daemon of this boot left; `changed` is called with each. */
export function createUnserved(before: readonly UnservedProgram[], changed: () => void): Unserved {
  const counts = new Map<string, UnservedReport['counts'][number]>();
  // In the order of their last time: what is tried again and again takes one place.
  const recent = new Map(before.slice(-mostUnserved).map((one) => [keyOf(one), one]));
  return {
    add(program) {
      const { platform, cause } = program;
      const kind = `${cause} ${platform}`;
      counts.set(kind, { platform, cause, count: (counts.get(kind)?.count ?? 0) + 1 });
      const key = keyOf(program);
      const count = (recent.get(key)?.count ?? 0) + 1;
      recent.delete(key);
      recent.set(key, { ...program, count });
      const [oldest] = recent.keys();
      if (recent.size > mostUnserved && oldest !== undefined) recent.delete(oldest);
      changed();
    },
    counts: () => [...counts.values()],
    recent: () => [...recent.values()],
  };
}

function keyOf({
  platform,
  cause,
  path,
  container,
  pod,
  unit,
}: Omit<UnservedProgram, 'count' | 'at'>): string {
  return JSON.stringify([platform, cause, path, container, pod, unit]);
}
