import { parseLabel } from '../kernel/label.ts';

/**
 * Whether a process of this SELinux domain is one that policies keep as ordinary containers are kept: what a privileged
 * one can run proves nothing for them. Without SELinux there is no label, and nobody tells them apart.
 */
export function isOrdinaryDomain(label: string | null): boolean {
  const type = label === null ? null : (parseLabel(label)?.type ?? null);
  return type === null || !privilegedDomains.has(type);
}

/** Domains that may map what no container may (container-selinux, Fedora, Debian, Bottlerocket). */
const privilegedDomains: ReadonlySet<string> = new Set([
  'control_t',
  'super_t',
  'runtime_t',
  'spc_t',
  'unconfined_t',
  'unconfined_service_t',
  'container_runtime_t',
  'container_engine_t',
  'init_t',
  'initrc_t',
  'kernel_t',
  'sysadm_t',
]);
