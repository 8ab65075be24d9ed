import type { Finding } from './diagnosis.ts';

/** A remedy that cannot make anything worse, as a command. */
export interface SafeRemedy {
  readonly code: Finding['code'];
  /** What is typed; run as it stands by sh. */
  readonly command: string;
}

/**
 * The remedies of these findings that are safe: they make a mount that should be there, or switch on what somebody switched off. What
 * somebody registered, configured or asked for is nobody's to take away but his.
 */
export function safeRemedies(findings: readonly Finding[], main: string): readonly SafeRemedy[] {
  const commands = new Map<string, Finding['code']>();
  for (const { code } of findings) {
    const command = commandFor(code, main);
    if (command !== null && !commands.has(command)) commands.set(command, code);
  }
  return [...commands].map(([command, code]) => ({ code, command }));
}

function commandFor(code: Finding['code'], main: string): string | null {
  switch (code) {
    case 'no-kernel-support':
      return 'modprobe binfmt_misc';
    case 'automount-untriggered':
      return `ls ${quoted(main)}/`;
    case 'instance-missing':
    case 'main-missing':
    case 'no-host-mount':
      return `mount -t binfmt_misc binfmt_misc ${quoted(main)}`;
    case 'status-zero':
      return `echo 1 >${quoted(main)}/status`;
    default:
      return null;
  }
}

function quoted(path: string): string {
  return /^[\w/.@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
