import type { PackageFacts } from '../store/package-facts.ts';
import { isObject, parseJson } from '../text/json.ts';

/** One file of a bundle. */
export interface BundledFile {
  /** Below the root of the image: `usr/bin/qemu-aarch64`. */
  readonly path: string;
  readonly kind: 'interpreter' | 'keeper' | 'licence' | 'sbom';
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** Of an interpreter. */
  readonly interpreter?: BundledInterpreter;
  /** Of the keeper itself: OCI's name of the machine that it runs on, and the name under which it is installed. */
  readonly keeper?: { readonly architecture: string; readonly installAs: string };
}

/** What is known of an interpreter beside its bytes. */
export interface BundledInterpreter {
  /** QEMU's target, `aarch64`. */
  readonly target: string;
  readonly platforms: readonly string[];
  /** QEMU's version; null where the file does not say it. */
  readonly version: string | null;
  /** Null: no package of the machine that wrote the bundle claimed the file. */
  readonly package: Omit<PackageFacts, 'copyright'> | null;
  /** As the package names them; null where it does not say. */
  readonly licences: readonly string[] | null;
  /** The file of the bundle that has their text. */
  readonly licenceFile: string | null;
}

/** The one list of checksums over all that a bundle has; what is signed. */
export interface BundleManifest {
  readonly schema: 1;
  /** The keeper that wrote it. */
  readonly keeper: string;
  /** What the interpreters run on. */
  readonly host: { readonly architecture: string; readonly machine: number };
  readonly files: readonly BundledFile[];
}

/** Where the manifest and its signature lie in the image. */
export const manifestPath = 'binfmt-keeper/bundle.json';
export const signaturePath = `${manifestPath}.minisig`;
/** Where interpreters lie in the image: usable as an image volume or as a source of a build. */
export const interpreterDirectory = 'usr/bin';

/** Same input, same text. */
export function printBundle(manifest: BundleManifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/** Reads a manifest that anybody may have written; a sentence where it is none. */
export function parseBundle(text: string): BundleManifest | string {
  const value = parseJson(text);
  if (!isObject(value)) return 'its manifest is no JSON object';
  if (value.schema !== 1)
    return `its manifest has schema ${JSON.stringify(value.schema)}, which is not known`;
  const { keeper, host, files } = value;
  if (typeof keeper !== 'string' || !isObject(host)) return 'its manifest does not say what it is for';
  if (typeof host.architecture !== 'string' || typeof host.machine !== 'number')
    return 'its manifest does not say what its interpreters run on';
  if (!Array.isArray(files) || files.length > mostFiles)
    return 'its manifest has no list of files, or one too long';
  const bad = files.findIndex((file) => !isBundledFile(file));
  if (bad >= 0) return `file ${bad + 1} of its manifest is not described as it should be`;
  const paths = files.map((file: BundledFile) => file.path);
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) return `its manifest lists ${twice} twice`;
  return { schema: 1, keeper, host: { architecture: host.architecture, machine: host.machine }, files };
}

/** More than all emulators in ten versions. */
const mostFiles = 1000;

function isBundledFile(value: unknown): value is BundledFile {
  if (!isObject(value)) return false;
  const { path, kind, size, sha256, interpreter } = value;
  return (
    typeof path === 'string' &&
    isPlainPath(path) &&
    ['interpreter', 'keeper', 'licence', 'sbom'].includes(String(kind)) &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    (kind !== 'interpreter' || isInterpreter(interpreter, path))
  );
}

/** Relative, without empty, `.` and `..` parts, and of characters that mean nothing to a shell or a terminal. */
function isPlainPath(path: string): boolean {
  return (
    path.length <= 100 && path.split('/').every((part) => /^[A-Za-z0-9_+-][A-Za-z0-9._+:~-]*$/.test(part))
  );
}

function isInterpreter(value: unknown, path: string): value is BundledInterpreter {
  return (
    isObject(value) &&
    typeof value.target === 'string' &&
    /^[a-z0-9_]+$/.test(value.target) &&
    path === `${interpreterDirectory}/qemu-${value.target}` &&
    (value.version === null || typeof value.version === 'string')
  );
}
