import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shellWord } from '../../core/text/shell-word.ts';

/** How this very program can be called from any directory: `binfmt-keeper` where PATH leads to it, else Node and file. */
export function ownCommand(shown: (path: string) => string = (path) => path): string {
  const script = realpathSync(process.argv[1] ?? '.');
  const installed = onPath('binfmt-keeper');
  if (installed !== null && (installed === script || names(installed, script))) return 'binfmt-keeper';
  const node = onPath('node');
  // What is built runs on the Node that npm ran on; sources need a newer one.
  const usual = node !== null && (node === realpathSync(process.execPath) || script.endsWith('.mjs'));
  return `${usual ? 'node' : shellWord(shown(process.execPath))} ${shellWord(shown(script))}`;
}

/** The file that a shell would start. */
function onPath(program: string): string | null {
  for (const directory of (process.env.PATH ?? '').split(':')) {
    try {
      const path = realpathSync(join(directory, program));
      accessSync(path, constants.X_OK);
      if (directory !== '' && statSync(path).isFile()) return path;
    } catch {
      // not in this one
    }
  }
  return null;
}

/** A packaged command is a short script that names the program, or what lies where its own directory leads to. */
function names(path: string, script: string): boolean {
  if (statSync(path).size >= 4096) return false;
  const text = readFileSync(path, 'utf8');
  if (text.includes(script)) return true;
  const [, below] = /^lib=\$\(dirname .*\)\/(\S+)$/m.exec(text) ?? [];
  return below !== undefined && dirname(script) === join(dirname(path), below);
}
