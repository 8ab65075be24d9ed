import { catalogue } from '../platforms/catalogue.ts';
import { withoutDeleted } from './proc.ts';

/** What is known of interpreters on this host. Paths are byte strings. */
export interface KnownEmulators {
  /** Of entries, and of handlers that others' entries stand in front of. */
  readonly byPath: ReadonlyMap<string, KnownEmulator>;
  /** Ours lie below it, those of earlier versions too; empty where there is none. */
  readonly store: string;
}

/** One of them. */
export interface KnownEmulator {
  /** null where the entry serves several. */
  readonly platform: string | null;
  /** Of the entry; null where nobody knows. */
  readonly flags: string | null;
}

/** What a process runs under, and what tells. */
export interface Emulator extends KnownEmulator {
  /** The file, a byte string. */
  readonly interpreter: string;
  /** `store`: the file is ours; `entry`: of an entry of this instance; `name`: called as emulators are. */
  readonly by: 'store' | 'entry' | 'name';
}

/** Says whether a program is an emulator, by its path: /proc/PID/exe as the kernel writes it. Null where it is none. */
export function emulatorAt(exe: string, { byPath, store }: KnownEmulators): Emulator | null {
  const interpreter = withoutDeleted(exe);
  if (interpreter === '') return null;
  const entry = byPath.get(interpreter);
  const name = interpreter.slice(interpreter.lastIndexOf('/') + 1);
  const named = namedPlatform(name);
  if (store !== '' && interpreter.startsWith(`${store}/`) && (entry ?? named) !== undefined) {
    const { platform, flags } = entry ?? { platform: named ?? null, flags: null };
    return { interpreter, platform, flags, by: 'store' };
  }
  if (entry !== undefined)
    return { interpreter, ...entry, platform: entry.platform ?? named ?? null, by: 'entry' };
  return named === undefined ? null : { interpreter, platform: named, flags: null, by: 'name' };
}

/**
 * The platform by the name of an emulator's file; null where the name does not tell, undefined for all other programs,
 * of which QEMU itself has many: qemu-system-aarch64, qemu-img, qemu-ga.
 */
function namedPlatform(name: string): string | null | undefined {
  const other = otherEmulators[name];
  if (other !== undefined) return other;
  const target = /^qemu-(.+?)(?:-static|-binfmt)?(?:-P)?$/.exec(name)?.[1] ?? '';
  return targets.get(target);
}

/** What is called otherwise. FEX and its loader run both 32 and 64 bits; BuildKit's one binary has a name for all. */
const otherEmulators: Readonly<Record<string, string | null>> = {
  rosetta: 'linux/amd64',
  box64: 'linux/amd64',
  box86: 'linux/386',
  felix86: 'linux/amd64',
  FEX: null,
  FEXInterpreter: null,
  '.buildkit_qemu_emulator': null,
};

const targets: ReadonlyMap<string, string> = new Map(
  catalogue.map(({ target, platforms }) => [target, platforms[0] ?? target]),
);
