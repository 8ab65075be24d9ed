import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * What the bundle is made of: a file is opened, resolved and compiled for a fifth of a millisecond and more, so what
 * runs together lies in one file, and what a start does not need lies in others. An import that is made later leads to
 * the part of that name; what is in none is part of the file that asks for it, and runs when it is asked for.
 */
export const parts: Readonly<Record<string, string>> = {
  main: 'src/main.ts',
  work: 'src/work.ts',
  health: 'src/cli/commands/health.ts',
  version: 'src/cli/drop-in/version.ts',
  'new-sandbox': 'src/cli/commands/new-sandbox.ts',
};

/**
 * Parts that share libraries, each of which lies in a file of its own. They hold copies of what is in `work` too, so
 * nothing in them may keep what others must see.
 */
export const libraries: Readonly<Record<string, string>> = {
  config: 'src/core/config/config.ts',
  'config-places': 'src/core/config/places.ts',
  'config-command': 'src/cli/commands/config.ts',
  import: 'src/cli/commands/import.ts',
  'report-schema': 'src/cli/ask/report-schema.ts',
  'read-line': 'src/cli/line/read-line.ts',
  help: 'src/cli/line/help.ts',
  completion: 'src/cli/completion/completion.ts',
  emit: 'src/cli/emit/emit.ts',
  metrics: 'src/core/report/metrics.ts',
  page: 'src/core/page/page.ts',
  'page-live': 'src/core/page/live.ts',
  'page-policy': 'src/core/page/policy.ts',
  yaml: 'yaml',
  chokidar: 'chokidar',
  pino: 'pino',
  koffi: 'koffi',
};

/** Leads imports that are made later to their parts; those of an unwanted one stay what they are. */
export function leadToParts(root: string, wanted: (name: string) => boolean = () => true): Plugin {
  const named = Object.entries({ ...parts, ...libraries }).filter(([name]) => wanted(name));
  const names = new Map(named.map(([name, source]) => [source, `./${name}.mjs`]));
  return {
    name: 'parts',
    setup(build) {
      build.onResolve({ filter: /^(\.|(yaml|chokidar|pino|koffi)$)/ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return null;
        const part = names.get(path.startsWith('.') ? relative(root, join(resolveDir, path)) : path);
        return part === undefined ? null : { path: part, external: true };
      });
    },
  };
}
