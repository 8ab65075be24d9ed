import type { BundledFile, BundleManifest } from './manifest.ts';

/** A bill of materials (SPDX 2.3, JSON): each interpreter as a package, with version, source, checksum and licences. */
export function spdxText(
  manifest: Pick<BundleManifest, 'keeper' | 'host'>,
  files: readonly BundledFile[],
  about: { readonly created: string; readonly identity: string },
): string {
  const packages = files.filter(({ kind }) => kind === 'interpreter' || kind === 'keeper').map(packageFor);
  const licences = [...new Set(files.flatMap((f) => f.interpreter?.licences ?? []))].sort();
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `binfmt-keeper bundle for linux/${manifest.host.architecture}`,
    // Unique for each content, as the standard asks; nothing is to be found there.
    documentNamespace: `https://binfmt-keeper.invalid/spdx/${about.identity}`,
    creationInfo: { created: about.created, creators: [`Tool: binfmt-keeper-${manifest.keeper}`] },
    packages,
    hasExtractedLicensingInfos: licences.map((name) => ({
      licenseId: licenceId(name),
      name,
      extractedText: `What the package calls ${name}; its text stands in the licence file of the package, in this bundle.`,
    })),
    relationships: packages.map(({ SPDXID }) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: SPDXID,
    })),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

function packageFor({ path, sha256, interpreter, keeper }: BundledFile) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = interpreter?.package ?? null;
  const licences = interpreter?.licences ?? null;
  return {
    SPDXID: `SPDXRef-${name.replace(/[^A-Za-z0-9.-]/g, '-')}`,
    name,
    ...(interpreter?.version == null ? {} : { versionInfo: interpreter.version }),
    packageFileName: path,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }],
    licenseConcluded: 'NOASSERTION',
    licenseDeclared:
      licences === null || licences.length === 0 ? 'NOASSERTION' : licences.map(licenceId).join(' AND '),
    copyrightText: 'NOASSERTION',
    sourceInfo:
      found !== null
        ? `from the package ${found.name} ${found.version} (${found.architecture}), source package ${found.source} ${found.sourceVersion}`
        : keeper !== undefined
          ? `binfmt-keeper for linux/${keeper.architecture}`
          : 'the package is unknown',
  };
}

/** Names of licences in packages are not those of SPDX. */
function licenceId(name: string): string {
  return `LicenseRef-${name.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^-|-$/g, '')}`;
}
