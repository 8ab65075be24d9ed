/** Where a text for people is read. */
export interface Here {
  /** How commands of the keeper are typed. */
  readonly command: string;
  /** In a private instance no supervisor of the host has a part. */
  readonly sandbox: boolean;
}

/** How commands of the keeper are typed where it is installed. */
export const usualCommand = 'binfmt-keeper';

/** On a host, with the keeper installed. */
export const usualHere: Here = { command: usualCommand, sandbox: false };

/**
 * Makes a text of the tables fit for where it is read: `{keeper}` stands for the command, as in `{keeper} status`,
 * `{restart}` for how the daemon is started anew, and `[host: …]` holds what is true outside of a sandbox alone.
 */
export function typed(text: string, { command, sandbox }: Here = usualHere): string {
  return text
    .replace(/ ?\[host: ([^\]]*)\]/g, (whole, inner: string) =>
      sandbox ? '' : `${whole.startsWith(' ') ? ' ' : ''}${inner}`,
    )
    .replaceAll('{restart}', () =>
      sandbox ? 'stop it and start it again' : 'systemctl restart binfmt-keeper',
    )
    .replaceAll('{keeper}', () => command)
    .trimStart();
}
