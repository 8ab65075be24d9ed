import { hasCategories, type Label, parseLabel } from './label.ts';

/** Whether an ordinary container may execute an interpreter, as far as the place and label of its file tell. */
export interface Access {
  /** `unknown` only where SELinux enforces, or may: elsewhere no label keeps anybody from anything. */
  readonly verdict: 'may' | 'may-not' | 'unknown';
  /** What speaks for it, in one sentence. */
  readonly detail: string;
}

/** What could be found out; nothing of it is believed without the other. */
export interface AccessFacts {
  readonly path: string;
  /** The kernel runs SELinux: `selinuxfs` is in /proc/filesystems. */
  readonly selinux: boolean;
  /** Null where nobody tells: a container without selinuxfs that may not mount it. */
  readonly enforcing: boolean | null;
  /** Our own domain, and the label of the file that `F` pins, as the kernel prints them; null where unreadable. */
  readonly own: string | null;
  readonly file: string | null;
  readonly asked: Asked;
}

/** The kernel's own answer for an ordinary container. */
export type Asked =
  | { readonly kind: 'answered'; readonly domain: string; readonly lacking: readonly string[] }
  /** The policy has no domain of ordinary containers. */
  | { readonly kind: 'no-domain' }
  /** The policy lets us not ask, or selinuxfs is not to be had. */
  | { readonly kind: 'nobody-tells' };

/**
 * Judges in the order of what is sure: no SELinux, a permissive one, the kernel's answer, then the label by what is known
 * of the policy at hand. A wrong label shows as SIGSEGV in containers (denied `map`) while the host and privileged
 * containers run, so a proof from our own seat says nothing of theirs.
 */
export function judgeAccess(facts: AccessFacts): Access {
  const { path, selinux, enforcing, asked } = facts;
  if (!selinux) return { verdict: 'may', detail: 'this kernel does not use SELinux' };
  if (enforcing === false) return { verdict: 'may', detail: 'SELinux is permissive' };
  if (facts.file === null)
    return { verdict: 'unknown', detail: `the SELinux label of ${path} cannot be read` };
  const is = `${path} is labelled ${facts.file}`;
  if (asked.kind === 'answered')
    return asked.lacking.length === 0
      ? { verdict: 'may', detail: `${is}, which ${asked.domain} may execute` }
      : { verdict: 'may-not', detail: `${is}, and ${asked.domain} may not ${asked.lacking.join(', ')} it` };
  if (asked.kind === 'no-domain')
    return { verdict: 'may', detail: 'the policy of this host has no domain of containers' };
  const label = parseLabel(facts.file);
  if (label === null) return { verdict: 'unknown', detail: `${is}, which is no label that we know to read` };
  return byTable(is, label, policyOf(facts.own));
}

/** Without the kernel's answer: categories keep every container out that has others, where the policy binds its type. */
function byTable(is: string, label: Label, policy: Policy): Access {
  const { types, bound } = policies[policy];
  if (hasCategories(label) && (bound === 'all' || bound.includes(label.type)))
    return { verdict: 'may-not', detail: `${is}: its categories keep out every container that has others` };
  const known = types[label.type];
  if (known === undefined)
    return {
      verdict: 'unknown',
      detail: `${is}, and whether ordinary containers may execute that is not known`,
    };
  return known
    ? { verdict: 'may', detail: `${is}, which ordinary containers may execute` }
    : { verdict: 'may-not', detail: `${is}, which ordinary containers may not execute` };
}

/** Policies whose types are known. */
export type Policy = 'bottlerocket' | 'general';

/** Which policy it is, by our own domain: nothing else can be read everywhere. */
export function policyOf(own: string | null): Policy {
  const type = own === null ? '' : (parseLabel(own)?.type ?? '');
  return policies.bottlerocket.domains.includes(type) ? 'bottlerocket' : 'general';
}

/**
 * Whether this domain may ask the kernel what others may. Bottlerocket's `control_t` may not (EACCES for `check_context`
 * and `compute_av`, seen under the policies of 1.26.1 to 14.0.1), and each try is a line in the audit log.
 */
export function mayAsk(own: string | null): boolean {
  const label = own === null ? null : parseLabel(own);
  return label?.type !== 'control_t';
}

interface PolicyFacts {
  /** Our own, by which the policy is known. */
  readonly domains: readonly string[];
  /** Types of which a container needs the categories, too: Bottlerocket leaves all others to every container. */
  readonly bound: readonly string[] | 'all';
  readonly types: Readonly<Record<string, boolean>>;
}

/**
 * True: every container may read, map and execute it. Sources: Bottlerocket's policy as tried under its versions 1.26.1,
 * 12.3, 13.0 and 14.0.1; container-selinux 2.250 and Fedora's policy of 2024 by reading.
 */
const policies: Readonly<Record<Policy, PolicyFacts>> = {
  bottlerocket: {
    domains: ['control_t', 'super_t', 'api_t', 'runtime_t'],
    bound: ['data_t'],
    types: {
      os_t: true,
      local_t: true,
      data_t: true,
      cache_t: true,
      container_ro_file_t: true,
      state_t: true,
      etc_t: true,
      any_t: true,
      secret_t: false,
      private_t: false,
    },
  },
  general: {
    domains: [],
    bound: 'all',
    types: {
      container_ro_file_t: true,
      container_share_t: true,
      docker_share_t: true,
      container_file_t: true,
      lib_t: true,
      bin_t: true,
      var_lib_t: false,
      container_var_lib_t: false,
      usr_t: false,
      var_t: false,
      tmp_t: false,
      user_home_t: false,
      admin_home_t: false,
      default_t: false,
      unlabeled_t: false,
    },
  },
};
