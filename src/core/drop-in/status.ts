import { architectureOf, catalogue } from '../platforms/catalogue.ts';

/** What tonistiigi/binfmt prints after each call, and what docker/setup-qemu-action reads. */
export interface DropInStatus {
  /** OCI platforms that run, the host's own first. */
  readonly supported: readonly string[];
  /** Names of all enabled entries, of whatever kind. */
  readonly emulators: readonly string[];
}

/** The text: two blanks a level, as theirs; but an empty list is `[]` where theirs is `null`. */
export function printStatus(status: DropInStatus): string {
  return `${JSON.stringify(status, null, 2)}\n`;
}

/**
 * The platforms of those targets that were seen to run, in the catalogue's order behind the host's own; `levels` are
 * those of amd64 that the CPU has, where that is the host.
 */
export function supportedPlatforms(
  host: string,
  runs: ReadonlySet<string>,
  levels: readonly string[],
): readonly string[] {
  const others = catalogue.map((a) => a.target).filter((target) => target !== host && runs.has(target));
  return [host, ...others].flatMap((target) => namesOf(target, target === host ? levels : []));
}

/**
 * One name for each platform, as it is passed on to builders: 32-bit Arm by its two usual variants, since a probe
 * cannot tell variants apart and builders do not take the plain name for v6; amd64 with the levels of the host's CPU.
 */
function namesOf(target: string, levels: readonly string[]): readonly string[] {
  if (target === 'arm') return ['linux/arm/v7', 'linux/arm/v6'];
  const [name] = architectureOf(target)?.platforms ?? [];
  if (name === undefined) return [];
  return target === 'x86_64' ? [name, ...levels.map((level) => `${name}/${level}`)] : [name];
}
