/** An SELinux context, taken apart. `level` is null where the policy has none. */
export interface Label {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string | null;
}

/** Reads `user:role:type[:level]`; null for anything else. A level may hold colons of its own: `s0:c1,c2`. */
export function parseLabel(text: string): Label | null {
  const [, user, role, type, level = null] = labelForm.exec(text.replace(/[\0\n]+$/, '')) ?? [];
  return user && role && type ? { user, role, type, level } : null;
}

const labelForm = /^([A-Za-z0-9_.]+):([A-Za-z0-9_.]+):([A-Za-z0-9_.]+)(?::([A-Za-z0-9_.,:-]+))?$/;

/** The label as the kernel takes it. */
export function printLabel({ user, role, type, level }: Label): string {
  return level === null ? `${user}:${role}:${type}` : `${user}:${role}:${type}:${level}`;
}

/** Whether a label is bound to categories, and so kept from every container that has others. */
export function hasCategories(label: Label): boolean {
  return label.level?.includes(':') ?? false;
}

/** The same label, open to containers whatever their categories. */
export function withoutCategories(label: Label): Label {
  return { ...label, level: label.level?.replace(/[:-].*$/, '') ?? null };
}

/**
 * Types that every container may execute and none may write, the current name first; policies before container-selinux
 * 2.85 know the second only.
 */
export const containerTypes = ['container_ro_file_t', 'container_share_t'] as const;

/** Domains of ordinary containers, the current name first. */
export const containerDomains = ['container_t', 'svirt_lxc_net_t'] as const;

/** What the kernel asks of a file when the interpreter in it is started for a foreign program of that domain. */
export const interpreterPermissions = ['getattr', 'read', 'map', 'execute'] as const;

/**
 * Reads the kernel's answer (`allowed decided auditallow auditdeny seqno flags`, in hex but for the fifth) to what a
 * domain may do: which of these permissions, given with their numbers, it lacks. Null for an answer of another form.
 */
export function deniedIn(answer: string, numbers: ReadonlyMap<string, number>): readonly string[] | null {
  const fields = answer.replace(/\0.*$/s, '').trim().split(/\s+/);
  const allowed = Number.parseInt(fields[0] ?? '', 16);
  if (!Number.isInteger(allowed) || fields.length < 5) return null;
  // A permissive domain is refused nothing, whatever the rules say.
  if (Number.parseInt(fields[5] ?? '0', 16) & 1) return [];
  return [...numbers].filter(([, number]) => ((allowed >>> (number - 1)) & 1) === 0).map(([name]) => name);
}
