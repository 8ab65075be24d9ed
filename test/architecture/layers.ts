import type { Import } from './imports.ts';

/** What a folder of src may import, as ARCHITECTURE.md says. */
interface Layer {
  readonly name: string;
  readonly holds: (file: string) => boolean;
  readonly allows: (use: Import) => boolean;
}

const inside =
  (...folders: readonly string[]) =>
  (path: string): boolean =>
    folders.some((folder) => path.startsWith(`src/${folder}/`));
const isNode = (path: string): boolean => path.startsWith('node:');

const core = inside('core');
const readsConfiguration = /^src\/core\/config\//;

const layers: readonly Layer[] = [
  {
    name: 'core',
    holds: core,
    allows: ({ from, to }) => core(to) || (readsConfiguration.test(from) && ['zod', 'yaml'].includes(to)),
  },
  {
    name: 'host',
    holds: inside('host'),
    allows: ({ from, to }) =>
      inside('core', 'host')(to) || isNode(to) || (to === 'koffi' && from === 'src/host/system/libc.ts'),
  },
  {
    name: 'keeper',
    holds: inside('keeper'),
    allows: ({ to, kind }) =>
      inside('core', 'keeper')(to) || (inside('host')(to) && kind === 'type') || isNode(to),
  },
  {
    name: 'daemon',
    holds: inside('daemon'),
    allows: ({ to, kind }) =>
      inside('core', 'keeper', 'daemon', 'publish')(to) ||
      (inside('host')(to) && kind === 'type') ||
      isNode(to) ||
      (['chokidar', 'pino'].includes(to) && kind !== 'value'),
  },
  {
    name: 'publish',
    holds: inside('publish'),
    allows: ({ to, kind }) => inside('core', 'publish')(to) || (inside('host')(to) && kind === 'type'),
  },
  {
    name: 'cli',
    holds: inside('cli'),
    allows: ({ to }) =>
      inside('core', 'host', 'keeper', 'daemon', 'publish', 'cli')(to) ||
      isNode(to) ||
      ['yargs', 'yaml', 'zod'].includes(to),
  },
  {
    name: 'main',
    holds: (file) => ['src/main.ts', 'src/begin.ts', 'src/work.ts'].includes(file),
    allows: ({ to, kind }) =>
      core(to) ||
      to === 'src/begin.ts' ||
      ((inside('cli')(to) || ['src/work.ts', 'node:fs'].includes(to)) && kind === 'dynamic'),
  },
];

/** The layer of a file, null where none claims it. */
export function layerOf(file: string): string | null {
  return layers.find((layer) => layer.holds(file))?.name ?? null;
}

/** The imports that their layer does not allow, as sentences. */
export function forbidden(imports: readonly Import[]): readonly string[] {
  return imports
    .filter((use) => !layers.some((layer) => layer.holds(use.from) && layer.allows(use)))
    .map((use) => `${use.from} (${layerOf(use.from) ?? 'no layer'}) imports ${use.kind} ${use.to}`);
}

/** A circle of files that import each other, the first file again at the end; null where there is none. */
export function circle(imports: readonly Import[]): readonly string[] | null {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): readonly string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const to of targets.get(file) ?? []) {
      const found = walk(to, [...path, file]);
      if (found !== null) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of targets.keys()) {
    const found = walk(file, []);
    if (found !== null) return found;
  }
  return null;
}
