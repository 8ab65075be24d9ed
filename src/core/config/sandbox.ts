import { shellWord } from '../text/shell-word.ts';

/**
 * Where a sandbox keeps what is its own: below a tmpfs that is mounted in its own mount namespace alone, so that nobody
 * outside can prepare it and nothing is left when its last process ends.
 */
export const sandboxPlaces = {
  cover: '/run',
  run: '/run/binfmt-keeper',
  anchor: '/run/binfmt-keeper/binfmt_misc',
  store: '/run/binfmt-keeper/store',
  /** Directory with `binfmt-keeper`, for PATH. */
  bin: '/run/binfmt-keeper/bin',
  /** Sourced by whoever enters. */
  environment: '/run/binfmt-keeper/environment',
  /** Start of an interactive shell. */
  shell: '/run/binfmt-keeper/shell',
} as const;

/** How the program is typed outside of a sandbox: inside, PATH leads to a `binfmt-keeper` that is not there. */
export const outsideCommandVariable = 'BINFMT_KEEPER_SANDBOX_COMMAND';

/** Devices (`major:minor`) of mounts that a sandbox found when it was made: those are not its own. */
export const inheritedVariable = 'BINFMT_KEEPER_SANDBOX_INHERITED';

/** What that variable says; null outside of a sandbox. */
export function parseInherited(value: string | undefined): ReadonlySet<string> | null {
  return value === undefined ? null : new Set(value.split(' ').filter((device) => device !== ''));
}

/** `major:minor` of what stat(2) calls `st_dev`, as the mount table writes it (the encoding of the C library). */
export function deviceName(dev: number): string {
  const number = BigInt(dev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

/** The text of `sandboxPlaces.environment`: variables of ours that mean the same inside, and PATH. */
export function environmentText(env: Readonly<Record<string, string | undefined>>): string {
  const ours = Object.entries(env).flatMap(([name, value]) =>
    /^BINFMT_KEEPER_[A-Z_]+$/.test(name) && value !== undefined ? [`export ${name}=${shellWord(value)}`] : [],
  );
  return `${ours.join('\n')}\nexport PATH=${sandboxPlaces.bin}:"$PATH"\n`;
}

/** The program of `sandboxPlaces.bin`. */
export function programText(command: readonly string[]): string {
  return `#!/bin/sh\nexec ${command.map(shellWord).join(' ')} "$@"\n`;
}

/** Read by bash (--rcfile) and by POSIX shells (ENV): a prompt that says where one is. */
export const shellText = `# what a user has for the shell, then a prompt that says where one is
if [ -n "\${BASH_VERSION-}" ] && [ -r ~/.bashrc ]; then . ~/.bashrc; fi
PATH=${sandboxPlaces.bin}:"$PATH"
if [ -n "\${BASH_VERSION-}" ]; then PS1='(sandbox) \\w # '; else PS1='(sandbox) # '; fi
unset PROMPT_COMMAND
`;
