import { deviceName } from '../../core/config/sandbox.ts';
import type { OwnerKind } from '../../core/entries/entry-report.ts';
import { ownerNames } from '../../core/entries/owner-names.ts';
import { visible } from '../../core/text/visible.ts';
import type { Context } from '../terminal/context.ts';
import type { TracedFile } from './trace-file.ts';

/** One entry and the way from it to where its file came from. */
export interface Traced extends TracedFile {
  /** Byte string. */
  readonly entry: string;
  /** The word by which it was asked for. */
  readonly asked: string;
  readonly enabled: boolean;
  /** Platforms whose programs it gets, because nothing in front of it takes them. */
  readonly serves: readonly string[];
  readonly owner: OwnerKind;
  /** How the owner is known. */
  readonly evidence: string;
  readonly flags: string;
  readonly interpreter: string;
  /** The inode that it pinned; null where it pins none, or nobody wrote down which. */
  readonly pinned: { readonly dev: number; readonly ino: number } | null;
  readonly registeredMs: number;
}

/** A paragraph for each entry. */
export function whereText(traced: readonly Traced[], { style }: Pick<Context, 'style'>): string {
  return traced
    .map((one) => {
      const rows = rowsOf(one).map(([head, text]) => `  ${head.padEnd(11)} ${visible(text)}`);
      return `${[style.strong(visible(one.entry)), ...rows].join('\n')}\n`;
    })
    .join('\n');
}

function rowsOf(one: Traced): readonly (readonly [head: string, text: string])[] {
  const { file, why, origin } = one;
  const owner = `${ownerNames[one.owner]}: ${one.evidence}`;
  return [
    ['state', stateOf(one)],
    ['owner', owner],
    ['interpreter', `${one.interpreter}${one.flags === '' ? '' : ` (flags ${one.flags})`}`],
    ['inode', inodeOf(one)],
    ...(file === null ? [] : fileRows(one, file)),
    ...(origin === null ? [] : [['deployed', `from ${origin}`] as const]),
    ...(file === null ? [] : [['package', packageText(one)] as const]),
    ...(why === null ? [] : [['but', why] as const]),
  ];
}

function stateOf({ enabled, serves }: Traced): string {
  if (!enabled) return 'disabled: it serves nothing';
  return serves.length === 0
    ? 'enabled; no platform that is known comes to it: it is for others, or stands behind another entry'
    : `enabled; serves ${serves.join(', ')}`;
}

function inodeOf({ flags, pinned, file, registeredMs, why }: Traced): string {
  const there = file === null ? null : inodeText(file);
  if (!flags.includes('F'))
    return there === null ? `none: ${why}` : `${there}, looked up by its path at each exec`;
  if (pinned === null) {
    const pins = 'it pinned the file that lay there when it was registered';
    if (file === null || there === null) return `${pins}, and the kernel does not tell which; now: ${why}`;
    return file.bornMs > registeredMs + slack
      ? `${pins}, which is another one than ${there}, made later`
      : `${there} lies there now; ${pins}, and the kernel does not tell which`;
  }
  if (file === null) return `pinned ${inodeText(pinned)}, which no path leads to any more`;
  return pinned.dev === file.dev && pinned.ino === file.ino
    ? `pinned ${there}, which lies there still`
    : `pinned ${inodeText(pinned)}; what lies there now is ${there}, and is not what runs`;
}

/** Files get the time of the last tick. */
const slack = 100;

function inodeText({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${ino} on device ${deviceName(dev)}`;
}

function fileRows(
  { interpreter, version, versionBy }: Traced,
  file: NonNullable<TracedFile['file']>,
): readonly (readonly [string, string])[] {
  const by = { manifest: 'the manifest of the store', file: 'the text in the file' };
  const told = version === null || versionBy === null ? 'unknown' : `${version}, by ${by[versionBy]}`;
  return [
    ...(file.path === interpreter ? [] : [['file', file.path] as const]),
    ['size', `${file.size} bytes`],
    ['SHA-256', file.sha256],
    ['version', told],
  ];
}

function packageText({ package: found, origin }: Traced): string {
  if (found !== null)
    return `${found.name} ${found.version} (${found.architecture}), source ${found.source} ${found.sourceVersion}`;
  return origin === null
    ? 'unknown: none claims this path'
    : 'unknown: what it was deployed from has changed, or no package claims it';
}
