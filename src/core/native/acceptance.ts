import { elfHeader, elfLayout, type ProgramFile } from '../kernel/elf.ts';
import { matchesHeader } from '../kernel/match.ts';
import type { Fault, Matcher } from '../kernel/registration.ts';

/** What the host itself executes; `sibling` is its 32-bit companion where CPU and kernel really run it. */
export interface NativeHost {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly data: 'little' | 'big';
  readonly sibling: { readonly machine: number; readonly class: 32 | 64 } | null;
}

/** The same, and some of it as it really is on this host. */
export interface NativePrograms extends NativeHost {
  readonly files: readonly ProgramFile[];
}

/**
 * The bytes that one kind of native executable cannot do without: for each offset the values that occur
 * there.
 */
export interface NativeTemplate {
  readonly what: string;
  readonly fixed: ReadonlyMap<number, readonly number[]>;
}

/**
 * A handler together with what the kernel would see of its interpreter; the header is null where it is not
 * known.
 */
export interface InterpretedHandler {
  readonly name: string;
  readonly matcher: Matcher;
  readonly interpreter: string;
  readonly interpreterHeader: Uint8Array | null;
}

/**
 * Refuses a handler that could ever take a native program: the entry comes before the kernel's own loaders,
 * so such a handler stops every exec of the machine. A magic passes only if it contradicts each native
 * template at a byte which that template fixes; whether today's files happen to differ elsewhere does not
 * count.
 */
export function acceptHandler(
  matcher: Matcher,
  interpreter: string,
  host: NativeHost,
  protectedExtensions: readonly string[],
): readonly Fault[] {
  if (matcher.kind === 'extension') {
    return checkExtension(matcher.extension, interpreter, protectedExtensions);
  }
  return nativeTemplates(host)
    .filter((template) => !contradicts(matcher, template))
    .map((template) => ({
      field: 'magic',
      expected: `a masked byte that no ${template.what} can have (${telling(template)})`,
      given: `${describe(matcher)}, which such a file can match`,
    }));
}

/** An example of what would be accepted: the bytes by which formats of programs are told apart. */
function telling({ fixed }: NativeTemplate): string {
  const [low, high] = [fixed.get(18)?.[0], fixed.get(19)?.[0]];
  if (low === undefined || high === undefined) return 'such as a first byte other than 23, under the mask ff';
  return `such as another e_machine than ${hex([low, high])} at offset 18, under the mask ffff`;
}

/** The headers that the host runs by itself: its own ELF, its sibling's, and scripts. */
export function nativeTemplates(host: NativeHost): readonly NativeTemplate[] {
  const { data, sibling } = host;
  const own = elfTemplate(`native executable (ELF machine ${host.machine})`, host);
  const script = {
    what: 'script (#!)',
    fixed: new Map([...'#!'].map((char, at) => [at, [char.charCodeAt(0)]])),
  };
  if (sibling === null) return [own, script];
  const what = `native 32-bit executable (ELF machine ${sibling.machine})`;
  return [own, elfTemplate(what, { ...sibling, data }), script];
}

/**
 * Extensions that no `E` handler may take: those of the given files (the host's loaders, interpreters and
 * whatever else it runs), of shared objects and scripts, and the ones that native programs commonly end in.
 */
export function defaultProtectedExtensions(loaderNames: readonly string[]): readonly string[] {
  return [...new Set([...loaderNames.flatMap(extensionOf), ...nativeExtensions])];
}

/** An interpreter that handlers would take in their turn; names are unique and may hold any byte. */
export interface Clash {
  /** The handler whose interpreter it is. */
  readonly name: string;
  readonly interpreter: string;
  /** Those that match it, perhaps the handler itself among them; never empty. */
  readonly takers: readonly string[];
}

/**
 * Refuses interpreters that a handler, their own or another, would take in their turn: the kernel gives up
 * with ELOOP.
 */
export function interpreterClash(handlers: readonly InterpretedHandler[]): readonly Clash[] {
  return handlers.flatMap(({ name, interpreter, interpreterHeader }) => {
    const takers = handlers.filter(({ matcher }) =>
      matcher.kind === 'extension'
        ? matchesHeader(matcher, none, interpreter)
        : interpreterHeader !== null && matchesHeader(matcher, interpreterHeader),
    );
    return takers.length === 0 ? [] : [{ name, interpreter, takers: takers.map((taker) => taker.name) }];
  });
}

const none = new Uint8Array();

const nativeExtensions = [
  ...['so', 'bin', 'elf', 'out', 'run', 'real', 'static', 'AppImage', 'appimage'],
  ...['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'csh', 'tcsh', 'fish', 'awk', 'sed', 'lua', 'tcl', 'php'],
  ...['py', 'pl', 'rb', 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'node'],
  // mount(8), mkfs(8) and fsck(8) run programs such as mkfs.ext4.
  ...['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'fat', 'vfat', 'msdos', 'ntfs', 'nfs', 'nfs4', 'cifs', 'fuse'],
];

/** ELF e_type: position-dependent (ET_EXEC) and position-independent (ET_DYN) programs. */
const executableTypes = [2, 3];

/**
 * Fixed are: the magic, e_type and e_machine and e_phentsize (the kernel refuses others), class, data,
 * EI_VERSION, e_version and e_ehsize (linkers write nothing else). Free are: OSABI (0 or 3, or any), ABI
 * version and padding (AppImage writes there), e_flags, and everything that depends on the program.
 */
function elfTemplate(what: string, facts: Pick<NativeHost, 'machine' | 'class' | 'data'>): NativeTemplate {
  const { ehsizeAt, phentsizeAt } = elfLayout[facts.class];
  const places = [0, 1, 2, 3, 4, 5, 6, 16, 17, 18, 19, 20, 21, 22, 23];
  places.push(ehsizeAt, ehsizeAt + 1, phentsizeAt, phentsizeAt + 1);
  const samples = executableTypes.map((type) => elfHeader({ ...facts, type }));
  return { what, fixed: new Map(places.map((at) => [at, samples.map((sample) => sample[at] ?? 0)])) };
}

/** The bytes of a template are independent of each other, so one impossible byte is needed and enough. */
function contradicts(matcher: Matcher & { kind: 'magic' }, { fixed }: NativeTemplate): boolean {
  const { offset, magic, mask } = matcher;
  return magic.some((byte, at) => {
    const values = fixed.get(offset + at);
    return values?.every((value) => ((value ^ byte) & (mask[at] ?? 0)) !== 0) ?? false;
  });
}

function describe({ offset, magic, mask }: Matcher & { kind: 'magic' }): string {
  return `magic ${hex(magic)} mask ${hex(mask)} at offset ${offset}`;
}

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function checkExtension(
  extension: string,
  interpreter: string,
  protectedExtensions: readonly string[],
): Fault[] {
  const given = JSON.stringify(extension);
  const fault = (expected: string): Fault => ({ field: 'extension', expected, given });
  const faults: Fault[] = [];
  // Versions: ld-linux-x86-64.so.2, python3.11.
  if (/^[0-9]+$/.test(extension))
    faults.push(fault('not a number, as versioned loaders and interpreters end in one'));
  else if (protectedExtensions.includes(extension))
    faults.push(fault('not one that programs of the host end in'));
  if (extensionOf(interpreter).includes(extension)) faults.push(fault('not the one of its own interpreter'));
  return faults;
}

function extensionOf(fileName: string): string[] {
  const base = fileName.slice(fileName.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot >= 0 && dot < base.length - 1 ? [base.slice(dot + 1)] : [];
}
