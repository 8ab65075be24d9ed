import { rescueLine } from './rescue.ts';
import { shellPart } from './shell-word.ts';
import { visible } from './visible.ts';

/** Where a text for people is read. */
export interface Here {
  /** How commands of the keeper are typed. */
  readonly command: string;
  /** In a private instance no supervisor of the host has a part. */
  readonly sandbox: boolean;
  /** The security policy refuses the reader to change labels: no remedy of that kind is given. */
  readonly mayNotRelabel?: boolean;
}

/** What the words in capitals of a text stand for, as byte strings. */
export type Values = Readonly<Record<string, string>>;

/** How commands of the keeper are typed where it is installed. */
export const usualCommand = 'binfmt-keeper';

/** On a host, with the keeper installed. */
export const usualHere: Here = { command: usualCommand, sandbox: false };

/**
 * Makes a text of the tables fit for where it is read. What is to be typed stands between backquotes, which are taken away.
 * `{keeper}` stands for the command, as in `{keeper} status`, `{restart}` for how the daemon is started anew, `{remove NAME}` for
 * the line that removes an entry, and `{set interpreters.store DIRECTORY}` is a setting, as it is written in the file and as it is
 * typed. `[host: …]` holds what is true outside of a sandbox alone, `[relabel: …]` what only helps who may change SELinux labels,
 * `{STORE=/var/lib/…}` is the value of STORE, or the usual one, `[FILE: …]` what is said where the value of FILE is known, `[no FILE: …]` what is said where it is not. Without values the words
 * stay as they are, and all of these stay, for a document that speaks of every case.
 */
export function typed(text: string, here: Here = usualHere, values?: Values): string {
  return marked(text, here, values).replaceAll('`', '');
}

/** The same with what is to be typed still between backquotes, for a document. */
export function marked(text: string, here: Here = usualHere, values?: Values): string {
  const { command, sandbox, mayNotRelabel = false } = here;
  const left = { host: sandbox, relabel: sandbox || mayNotRelabel };
  const stays = (of: string): boolean => {
    if (of === 'host' || of === 'relabel') return !left[of];
    if (values === undefined) return true;
    return of.startsWith('no ') ? values[of.slice(3)] === undefined : values[of] !== undefined;
  };
  const words = Object.keys(values ?? {}).map((word) => `|\\b${word}\\b`);
  const tokens = new RegExp(
    `\\{restart\\}|\\{keeper\\}|\\{(remove|set) ([^}]+)\\}|\\{([A-Z]+)=([^}]+)\\}${words.join('')}`,
    'g',
  );
  return text
    .replace(/( ?)\[(host|relabel|(?:no )?[A-Z]+): ((?:[^[\]]|\[[^\]]*\])*)\]/g, (_, blank, of, inner) =>
      stays(of) ? `${blank}${inner}` : '',
    )
    .replace(tokens, (token: string, what?: string, rest = '', place = '', usual = '') => {
      if (token === '{restart}') return sandbox ? 'stop it and start it again' : restart;
      if (token === '{keeper}') return command;
      if (what === 'remove') return `\`${removing(values?.[rest] ?? rest)}\``;
      if (what === 'set') return setting(rest, here, values ?? {});
      if (place !== '') return values?.[place] === undefined ? usual : shellPart(values[place]);
      return shellPart(values?.[token] ?? '');
    })
    .trimStart();
}

/** What is to be typed of a text, in order. */
export function commandsIn(text: string, here: Here = usualHere, values?: Values): readonly string[] {
  return [...marked(text, here, values).matchAll(/`([^`]*)`/g)].map(([, inner = '']) => inner);
}

const restart = '`systemctl restart binfmt-keeper`';
const entries = '/proc/sys/fs/binfmt_misc';

function removing(name: string): string {
  // In an argument no line break at the end survives.
  return name.endsWith('\n') ? rescueLine(entries, name) : `echo -1 >${entries}/${shellPart(name)}`;
}

/** In a sandbox nobody reads the host's file. The option's name follows from that of the setting. */
function setting(text: string, { command, sandbox }: Here, values: Values): string {
  const [path = '', value = ''] = text.split(/ (.*)/s);
  const inValue = (word: (value: string) => string): string =>
    value.replace(/[A-Z]{3,}/g, (key) => (values[key] === undefined ? key : word(values[key])));
  const flag = `--${path.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const option = `${flag} ${inValue(shellPart).replace(/^\[(.*)\]$/, '$1')}`;
  if (sandbox) return `the option ${option}`;
  const line = path
    .split('.')
    .reduceRight(
      (inner, key, at) => (at === 0 ? `${key}: ${inner}` : `{${key}: ${inner}}`),
      inValue(yamlWord),
    );
  return `${line} in /etc/binfmt-keeper/config.yaml, or \`${command} run ${option}\``;
}

function yamlWord(value: string): string {
  return /^[A-Za-z_/][\w./+@-]*$/.test(value) ? value : JSON.stringify(visible(value));
}
