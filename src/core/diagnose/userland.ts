import { isOlder } from '../platforms/qemu-version.ts';

/** A distribution as its os-release names it. */
export interface Userland {
  readonly id: string;
  readonly version: string;
}

/** Reads os-release(5). */
export function parseUserland(text: string): Userland | null {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, 'm').exec(text)?.[1];
  const id = field('ID');
  return id === undefined ? null : { id, version: field('VERSION_ID') ?? '' };
}

/** The QEMU that a userland needs, and for what; null where nothing is known of it. */
export function needed({
  id,
  version,
}: Userland): { readonly qemu: string; readonly what: string; readonly why: string } | null {
  const rule = rules.find((one) => one.id === id && version !== '' && !isOlder(version, one.since));
  return rule === undefined ? null : { qemu: rule.qemu, what: `${id} ${version}`, why: rule.why };
}

const rules = [
  { id: 'ubuntu', since: '26.04', qemu: '9.2', why: 'openat2(2), with which its tar opens files' },
] as const;
