import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import type { Result, Told } from '../../core/require/tally.ts';
import { type Wanted, wantedPlatforms } from '../../core/require/wanted.ts';
import { ArchiveFault, type ArchiveFaultCode } from '../../host/archives/fault.ts';
import { type Begin, lookThrough, lookThroughPipe, type Place } from '../../host/archives/look-through.ts';
import { errnoOf } from '../../host/system/errno.ts';
import { reach } from '../../host/system/reach.ts';
import { createRequireLooker, type Rules } from './require-looker.ts';

/** What one directory, archive or image came to, as it is printed as JSON. */
export interface Checked {
  readonly path: string;
  readonly kind: Place['kind'] | 'unknown';
  /** Of an image. */
  readonly image: { readonly names: readonly string[]; readonly platform: string | null } | null;
  readonly ok: boolean;
  /** Programs and scripts that were held against the platform. */
  readonly programs: number;
  /** Libraries of other platforms, which are no fault. */
  readonly otherLibraries: number;
  readonly misfits: readonly Misfit[];
  readonly moreMisfits: number;
  /** Why it is not well as a whole. */
  readonly fault: {
    readonly code: ArchiveFaultCode | 'no-image' | 'no-programs' | 'not-found';
    readonly message: string;
  } | null;
}

export interface Misfit {
  readonly path: string;
  readonly placed: string | null;
  readonly what: string;
  readonly told: Told;
}

/** Checks what lies at a path; an archive may have several images. */
export async function checkPath(path: string, rules: Rules, count: () => void): Promise<readonly Checked[]> {
  const places: { readonly place: Place; readonly looker: ReturnType<typeof createRequireLooker> }[] = [];
  const passedOver: string[] = [];
  const begin: Begin = Object.assign(
    (place: Place) => {
      if (place.kind === 'image' && (place.image.absent || !isWanted(place.image.platform, rules.wanted))) {
        passedOver.push(place.image.platform ?? 'an unnamed platform');
        return null;
      }
      const looker = createRequireLooker(rules, count);
      places.push({ place, looker });
      return looker;
    },
    { forgotten: () => void places.splice(0) },
  );
  let fault: Checked['fault'] = null;
  try {
    if (path === '-' || path === '/dev/stdin') await lookThroughPipe(process.stdin, begin);
    else {
      const reached = await reach(path);
      if (!reached.ok) fault = { code: 'unreadable', message: reached.message };
      else await lookThrough(bytesOf(path), begin);
    }
  } catch (error) {
    fault = faultOf(error);
  }
  const done = places.map(({ place, looker }) =>
    drawn(path, place, looker.result(), missingNames(looker.renamed, rules)),
  );
  if (fault !== null) return [...done.map((one) => ({ ...one, ok: false })), failed(path, fault)];
  if (done.length > 0) return done;
  const has = passedOver.length === 0 ? 'it has no image' : `it has ${[...new Set(passedOver)].join(', ')}`;
  return [
    failed(path, {
      code: 'no-image',
      message: `no image for ${rules.wanted.map(({ name }) => name).join(' or ')}: ${has}`,
    }),
  ];
}

/** One that says nothing of its platform is looked into. */
function isWanted(platform: string | null, wanted: readonly Wanted[]): boolean {
  if (platform === null) return true;
  const says = wantedPlatforms(platform);
  return typeof says !== 'string' && says.some(({ target }) => wanted.some((one) => one.target === target));
}

function missingNames(renamed: ReadonlySet<string>, { renames }: Rules): readonly string[] {
  return renames.map(({ from }) => from).filter((from) => !renamed.has(from));
}

function drawn(path: string, place: Place, result: Result, missing: readonly string[]): Checked {
  const fault: Checked['fault'] =
    missing.length > 0
      ? { code: 'not-found', message: `it has no ${missing.map(textOf).join(', ')}` }
      : result.checked === 0 && result.findings.length === 0
        ? { code: 'no-programs', message: 'it has no program' }
        : null;
  return {
    path,
    kind: place.kind,
    image: place.kind === 'image' ? { names: place.image.names, platform: place.image.platform } : null,
    ok: result.findings.length === 0 && fault === null,
    programs: result.checked,
    otherLibraries: result.libraries,
    misfits: result.findings
      .map((one) => ({
        ...one,
        path: textOf(one.path),
        placed: one.placed === null ? null : textOf(one.placed),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    moreMisfits: result.more,
    fault,
  };
}

function failed(path: string, fault: NonNullable<Checked['fault']>): Checked {
  const nothing = { programs: 0, otherLibraries: 0, misfits: [], moreMisfits: 0 };
  return { path, kind: 'unknown', image: null, ok: false, ...nothing, fault };
}

function faultOf(error: unknown): NonNullable<Checked['fault']> {
  if (error instanceof ArchiveFault) return { code: error.code, message: textOf(error.message) };
  const errno = errnoOf(error);
  if (errno === 'EUNKNOWN') throw error;
  return {
    code: 'unreadable',
    message: errno === 'ENOENT' ? 'there is no such file or directory' : `it cannot be read (${errno})`,
  };
}
