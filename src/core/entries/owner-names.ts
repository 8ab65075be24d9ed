import type { OwnerKind } from './entry-report.ts';

/** Owners as tables name them. */
export const ownerNames: Readonly<Record<OwnerKind, string>> = {
  ours: 'keeper',
  'systemd-binfmt': 'systemd-binfmt',
  'binfmt-support': 'binfmt-support',
  docker: 'Docker Desktop',
  tonistiigi: 'tonistiigi/binfmt',
  multiarch: 'multiarch',
  fex: 'FEX',
  rosetta: 'Rosetta',
  wsl: 'WSL',
  unknown: 'unknown',
};
