import { type Asked, mayAsk } from '../../core/kernel/container-access.ts';
import { containerDomains, deniedIn, interpreterPermissions, parseLabel } from '../../core/kernel/label.ts';
import { runChild } from '../system/child.ts';
import type { Libc } from '../system/libc.ts';
import { reach } from '../system/reach.ts';
import { ownDomain } from './own-domain.ts';
import { createSelinuxfs, readText, type Selinuxfs } from './selinuxfs.ts';

/** What this process can learn of SELinux, in a container too. */
export interface Selinux {
  /** The kernel uses it. Where it does not, nothing else is to be asked. */
  readonly present: boolean;
  /** Null where nobody tells. */
  enforcing(): boolean | null;
  /** Our own domain. */
  readonly own: string | null;
  /** The label under the policy's own names (an alias is resolved); whether the policy knows it where it may be asked. */
  canonical(label: string): Known;
  /** What an ordinary container lacks to execute a file with this label. */
  ask(label: string): Asked;
  /** The label of a file; null where it has none or hangs. */
  labelOf(path: string): Promise<string | null>;
  /** The policy has levels and categories. */
  readonly hasLevels: boolean;
}

/** Whether the policy knows a label. */
export type Known =
  | { readonly kind: 'known'; readonly label: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'nobody-tells' };

/** Opens nothing before it is asked; what the policy once refused to tell is not asked again. */
export function createSelinux(libc: Libc | null): Selinux {
  const present = /\bselinuxfs$/m.test(readText('/proc/filesystems') ?? '');
  const own = present ? ownDomain() : null;
  const policy = createSelinuxfs(libc, present, mayAsk(own));

  const canonical = (label: string): Known => {
    const answer = policy.ask('context', label);
    if (answer === null) return { kind: 'nobody-tells' };
    return answer === 'invalid' ? { kind: 'unknown' } : { kind: 'known', label: answer };
  };
  const hasLevels = once(() => policy.read('mls') === '1');
  const domain = once((): Known => {
    const suffix = hasLevels() ? ':s0:c1,c2' : '';
    for (const type of containerDomains) {
      const known = canonical(`system_u:system_r:${type}${suffix}`);
      if (known.kind !== 'unknown') return known;
    }
    return { kind: 'unknown' };
  });
  const permissions = once(() => readPermissions(policy));

  return {
    present,
    own,
    canonical,
    enforcing: () => readEnforcing(policy),
    get hasLevels() {
      return hasLevels();
    },
    ask(label) {
      const container = domain();
      if (container.kind !== 'known')
        return { kind: container.kind === 'unknown' ? 'no-domain' : 'nobody-tells' };
      const answer = policy.ask('access', `${container.label} ${label} ${permissions().index}`);
      const lacking =
        answer === null || answer === 'invalid' ? null : deniedIn(answer, permissions().numbers);
      return lacking === null
        ? { kind: 'nobody-tells' }
        : { kind: 'answered', domain: container.label, lacking };
    },
    labelOf: (path) => labelOf(path, libc),
  };
}

/** The extended attribute that holds a file's label. */
export const labelAttribute = 'security.selinux';

function readEnforcing(policy: Selinuxfs): boolean | null {
  const text = policy.read('enforce');
  return text === null ? null : text !== '0';
}

function readPermissions(policy: Selinuxfs) {
  const numbers = new Map(
    interpreterPermissions.flatMap((name) => {
      const number = Number(policy.read(`class/file/perms/${name}`) ?? Number.NaN);
      return number > 0 ? [[name, number] as const] : [];
    }),
  );
  return { index: policy.read('class/file/index'), numbers };
}

/** Node cannot read extended attributes. Without FFI a child of coreutils does it, where there are coreutils. */
async function labelOf(path: string, libc: Libc | null): Promise<string | null> {
  if (libc !== null) {
    const reached = await reach(path);
    const label = reached.ok ? libc.attribute(path, labelAttribute)?.replace(/\0$/, '') : null;
    return label && parseLabel(label) !== null ? label : null;
  }
  const { status, stdout } = await runChild('stat', ['-c', '%C', path], { timeoutMs: 5000 });
  const label = stdout.trim();
  return status === 0 && parseLabel(label) !== null ? label : null;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
