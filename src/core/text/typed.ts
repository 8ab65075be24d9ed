/** Where a text for people is read. */
export interface Here {
  /** How commands of the keeper are typed. */
  readonly command: string;
  /** In a private instance no supervisor of the host has a part. */
  readonly sandbox: boolean;
  /** The security policy refuses the reader to change labels: no remedy of that kind is given. */
  readonly mayNotRelabel?: boolean;
}

/** How commands of the keeper are typed where it is installed. */
export const usualCommand = 'binfmt-keeper';

/** On a host, with the keeper installed. */
export const usualHere: Here = { command: usualCommand, sandbox: false };

/**
 * Makes a text of the tables fit for where it is read: `{keeper}` stands for the command, as in `{keeper} status`,
 * `{restart}` for how the daemon is started anew, `[host: …]` holds what is true outside of a sandbox alone, and
 * `[relabel: …]` what only helps who may change SELinux labels. `{set interpreters.store DIRECTORY}` is a setting, as it is
 * written in the file and as it is typed.
 */
export function typed(text: string, here: Here = usualHere): string {
  const { command, sandbox, mayNotRelabel = false } = here;
  const left = { host: sandbox, relabel: sandbox || mayNotRelabel };
  return text
    .replace(/ ?\[(host|relabel): ([^\]]*)\]/g, (whole, of: keyof typeof left, inner: string) =>
      left[of] ? '' : `${whole.startsWith(' ') ? ' ' : ''}${inner}`,
    )
    .replaceAll('{restart}', () =>
      sandbox ? 'stop it and start it again' : 'systemctl restart binfmt-keeper',
    )
    .replace(/\{set (\S+) ([^}]+)\}/g, (_, path: string, value: string) => setting(path, value, here))
    .replaceAll('{keeper}', () => command)
    .trimStart();
}

/** In a sandbox nobody reads the host's file. The option's name follows from that of the setting. */
function setting(path: string, value: string, { command, sandbox }: Here): string {
  const flag = `--${path.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const option = `${flag} ${value.replace(/^\[(.*)\]$/, '$1')}`;
  if (sandbox) return `the option ${option}`;
  const line = path
    .split('.')
    .reduceRight((inner, key, at) => (at === 0 ? `${key}: ${inner}` : `{${key}: ${inner}}`), value);
  return `${line} in /etc/binfmt-keeper/config.yaml, or ${command} run ${option}`;
}
