import type { Selinux } from '../selinux/selinux.ts';
import type { Libc } from '../system/libc.ts';
import { type BundleTarget, type DeployedBundle, deployBundle } from './deploy-bundle.ts';
import { type Layer, type LayerFile, measureLayer } from './layer.ts';
import { openRegular } from './open-file.ts';
import { type Write, writeTo, writeWhole } from './sink.ts';
import { type BundleFrame, writeBundle } from './write-bundle.ts';

/** Bundles of interpreters. */
export interface Bundles {
  /** Verifies a bundle and deploys it into a store; `dryRun` only verifies. */
  deployBundle(from: string, into: BundleTarget): Promise<DeployedBundle>;
  readonly openRegular: typeof openRegular;
  measureLayer(files: readonly LayerFile[], mtime: number): Promise<Layer>;
  writeBundle(layers: readonly Layer[], frame: BundleFrame, write: Write): Promise<void>;
  writeWhole(path: string, work: (write: Write) => Promise<void>): Promise<void>;
  writeTo(stream: NodeJS.WritableStream): Write;
}

/** All of this room. */
export function bundleFacet(libc: Libc | null, selinux: Selinux): Bundles {
  return {
    deployBundle: (from, into) => deployBundle(from, into, libc, selinux),
    openRegular,
    measureLayer,
    writeBundle,
    writeWhole,
    writeTo,
  };
}
