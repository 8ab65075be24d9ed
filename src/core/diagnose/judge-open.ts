import { textOf } from '../kernel/bytes.ts';
import type { Cause, CauseCode } from './causes.ts';
import type { Step } from './execute.ts';
import type { Bar, Errno, Found, Role } from './facts.ts';
import type { Where } from './where.ts';

/** Why the kernel could not open a file on its way; `before` is the step that named it. */
export function judgeOpen(step: Step, before: Step | null, where: Where): Cause {
  const { ask, found } = step;
  const bar = found.kind === 'file' ? found.barred : null;
  const why = whyOf(found);
  const errno = found.kind === 'none' ? found.errno : null;
  const entry = before?.choice?.entry ?? null;
  const values = { ...valuesOf(step, before), ...(where.main === null ? {} : { MAIN: where.main }) };
  const made = (code: CauseCode, detail: string, subject = ask.path): Cause => ({
    ...{ code, subject, detail, values },
  });
  switch (ask.role) {
    case 'program':
      return made(programCode(errno, bar, found.kind === 'file' && found.type === 'directory'), why);
    case 'handler': {
      const code = handlerCode(bar);
      const detail = `the entry ${textOf(entry?.name ?? '')} takes it, and ${why}`;
      return made(code, detail, entry?.name);
    }
    case 'loader':
      return judgeLoader(step, before, why, made);
    case 'script-interpreter':
      return made(scriptCode(ask.path, errno), `its first line names ${shown(ask.path)}, and ${why}`);
  }
}

function whyOf(found: Found): string {
  if (found.kind === 'pinned') return '';
  return found.kind === 'file' ? (found.barred?.why ?? '') : found.why;
}

function judgeLoader(
  { ask, found }: Step,
  before: Step | null,
  why: string,
  made: (code: CauseCode, detail: string, subject?: string) => Cause,
): Cause {
  const needs = before?.ask.path ?? '';
  const detail = `${textOf(needs)} asks for ${textOf(ask.path)}, and ${why}`;
  // With F the interpreter of an entry is opened, but its loader is looked for in the root of whoever executes.
  if (before?.ask.role === 'handler') return made('entry-interpreter-loader', detail, needs);
  return made(found.kind === 'none' ? 'loader-missing' : 'loader-mode', detail, needs);
}

function programCode(errno: Errno | null, bar: Bar | null, isDirectory: boolean): CauseCode {
  if (bar !== null) {
    const codes = { mode: 'file-mode', noexec: 'file-noexec', policy: 'file-policy' } as const;
    return bar.by === 'type' ? (isDirectory ? 'file-directory' : 'file-not-regular') : codes[bar.by];
  }
  const codes: Partial<Record<Errno, CauseCode>> = {
    ENOTDIR: 'file-way',
    EACCES: 'file-hidden',
    ELOOP: 'file-symlinks',
    ENAMETOOLONG: 'file-name-too-long',
  };
  return (errno === null ? undefined : codes[errno]) ?? 'file-missing';
}

function handlerCode(bar: Bar | null): CauseCode {
  if (bar === null) return 'entry-interpreter-missing';
  return bar.by === 'noexec' ? 'entry-interpreter-noexec' : 'entry-interpreter-mode';
}

function scriptCode(path: string, errno: Errno | null): CauseCode {
  if (path === '') return 'script-no-interpreter';
  if (errno === null) return 'script-interpreter-mode';
  return path.endsWith('\r') ? 'script-crlf' : 'script-interpreter-missing';
}

/** Names are looked for in what is typed. */
function valuesOf({ ask, found }: Step, before: Step | null): Cause['values'] {
  const slash = ask.path.lastIndexOf('/');
  const byRole: Record<Role, string> = {
    program: 'FILE',
    handler: 'FILE',
    loader: 'LOADER',
    'script-interpreter': 'INTERPRETER',
  };
  const mount = found.kind === 'file' ? found.barred?.mount : undefined;
  return {
    [byRole[ask.role]]: ask.path,
    DIRECTORY: slash < 0 ? './' : ask.path.slice(0, slash + 1),
    ...(mount === undefined ? {} : { MOUNT: mount }),
    ...(before !== null && ask.role !== 'handler' ? { FILE: before.ask.path } : {}),
    ...(before?.choice?.entry ? { ENTRY: before.choice.entry.name } : {}),
  };
}

function shown(path: string): string {
  return path === '' ? 'nothing' : textOf(path);
}
