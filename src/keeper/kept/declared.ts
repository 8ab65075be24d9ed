import {
  type BinfmtFile,
  type Declared,
  filesInForce,
  maskOf,
  readDeclarations,
} from '../../core/plan/binfmt-d.ts';
import { readSupportFiles } from '../../core/plan/binfmt-support.ts';
import type { Kept } from '../../core/plan/custody.ts';
import type { Desired } from '../../core/plan/desired.ts';
import { ownerOf } from '../../core/plan/ownership.ts';
import { isPublished, publishedDirectory } from '../../core/plan/published.ts';
import type { Problem } from '../../core/problems.ts';
import type { BinfmtD } from '../../host/files/binfmt-d.ts';
import type { Declarations } from '../../host/files/facet.ts';

/** What systemd's binfmt.d directories ask for, and what is wrong with them. */
export interface DeclaredWorld {
  readonly declared: readonly Declared[];
  readonly problems: readonly Problem[];
  /** Directories whose change asks for reading again, absent ones too. */
  readonly sources: readonly string[];
}

/** Where binfmt.d is not looked at. */
export const nothingDeclared: DeclaredWorld = { declared: [], problems: [], sources: [] };

/**
 * Reads binfmt.d, and before it what binfmt-support would register, for a file of the administrator has the last word; a line that cannot be obeyed is a problem with its place and stops no other. What a file that cannot
 * be read now declared `before` stays declared.
 */
export async function readDeclared(
  machine: Declarations,
  desired: Desired,
  before: readonly Kept[] = [],
): Promise<DeclaredWorld> {
  const { paths, directories, support, faults } = await machine.readBinfmtD();
  const inForce = filesInForce(directories);
  const read = both(readSupportFiles(support), readDeclarations(inForce));
  // They take their places, and what they say is nobody's declaration but ours.
  const published = new Set(inForce.filter(isOurs).map((file) => file.path));
  const mine = ({ registration: { name } }: Declared): boolean =>
    ownerOf(name, desired) !== null || (desired.prefix !== '' && name.startsWith(desired.prefix));
  const invalid = (subject: string, detail: string): Problem => ({
    code: 'binfmt-d-invalid',
    subject,
    detail,
    values: maskOf(subject),
  });
  const declared = read.declared.filter((one) => !mine(one) && !published.has(fileOf(one)));
  return {
    declared: [...declared, ...unread(faults, before, read.declared)],
    problems: [
      ...faults.map(({ path, why }) => invalid(path, why)),
      ...read.faults.map(({ where, why }) => invalid(where, why)),
      ...read.declared
        .filter(mine)
        .map((d) => invalid(d.where, `${d.registration.name} is a name of the keeper's own`)),
    ],
    sources: paths,
  };
}

/** Names under which systemd or update-binfmts register what others configured. */
export async function claimedNames(machine: Declarations, desired: Desired): Promise<ReadonlySet<string>> {
  const { declared } = await readDeclared(machine, desired);
  return new Set([...declared.map((one) => one.registration.name), ...(await machine.readBinfmtSupport())]);
}

function both(
  earlier: ReturnType<typeof readDeclarations>,
  later: ReturnType<typeof readDeclarations>,
): ReturnType<typeof readDeclarations> {
  const names = new Set(later.declared.map((one) => one.registration.name));
  return {
    declared: [...earlier.declared.filter((one) => !names.has(one.registration.name)), ...later.declared],
    faults: [...earlier.faults, ...later.faults],
  };
}

/** Names that other files declare now are theirs. */
function unread(
  faults: BinfmtD['faults'],
  before: readonly Kept[],
  now: readonly Declared[],
): readonly Declared[] {
  const names = new Set(now.map((one) => one.registration.name));
  const paths = faults.filter((fault) => fault.unread).map((fault) => fault.path);
  return before.flatMap(({ declared, published }) => {
    if (declared === null || published === true || names.has(declared.registration.name)) return [];
    const file = fileOf(declared);
    return paths.some((path) => file === path || file.startsWith(`${path}/`)) ? declared : [];
  });
}

function isOurs({ path, text }: BinfmtFile): boolean {
  return path.includes(`${publishedDirectory}/`) && isPublished(text);
}

function fileOf({ where }: Declared): string {
  return where.slice(0, where.lastIndexOf(':'));
}

/** One list of all that is kept: the declared in their order, so that the last of them comes to stand in front. */
export function keptOf(adopted: ReadonlySet<string>, declared: readonly Declared[]): readonly Kept[] {
  const names = new Set(declared.map((d) => d.registration.name));
  return [
    ...declared.map((one) => {
      const { name } = one.registration;
      return { name, adopted: adopted.has(name), declared: one };
    }),
    ...[...adopted]
      .filter((name) => !names.has(name))
      .map((name) => ({ name, adopted: true, declared: null })),
  ];
}
