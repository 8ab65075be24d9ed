import { type KernelVersion, unknownFlags } from '../../core/kernel/kernel-version.ts';
import { checkRegistration, type Fault, type Registration } from '../../core/kernel/registration.ts';
import {
  type acceptHandler,
  type Clash,
  defaultProtectedExtensions,
  interpreterClash,
  type NativeHost,
} from '../../core/native/acceptance.ts';
import type { Problem } from '../../core/problems.ts';
import type { Candidate } from './candidate.ts';

/** The rule that a handler must pass before the kernel sees it. */
export type Accept = typeof acceptHandler;

type Host = { readonly native: NativeHost; readonly kernel?: KernelVersion };

/** Leaves out what could stop the host, before the kernel sees it; each that is left out has a problem of its name. */
export function acceptCandidates(
  candidates: readonly Candidate[],
  host: Host,
  accept: Accept,
): { readonly accepted: readonly Candidate[]; readonly problems: readonly Problem[] } {
  const names = new Set<string>();
  const problems: Problem[] = [];
  const refuse = (subject: string, detail: string) =>
    problems.push({ code: 'handler-refused', subject, detail });
  const alone = candidates.filter(({ handler }) => {
    const { name } = handler.registration;
    const faults = [
      ...checkRegistration(handler.registration),
      ...dangersOf(handler.registration, host, accept),
      ...newerFlags(handler.registration, host),
      ...(names.has(name) ? [{ field: 'name', expected: 'a name used once', given: name }] : []),
    ];
    names.add(name);
    for (const f of faults) refuse(name, `${f.field}: expected ${f.expected}, got ${f.given}`);
    return faults.length === 0;
  });
  const clashes = interpreterClash(
    alone.map(({ handler, header }) => ({ ...handler.registration, interpreterHeader: header })),
  );
  for (const clash of clashes) refuse(clash.name, clashWords(clash));
  const clashing = new Set(clashes.map((clash) => clash.name));
  return { accepted: alone.filter((c) => !clashing.has(c.handler.registration.name)), problems };
}

function newerFlags({ flags }: Registration, { kernel }: Host): readonly Fault[] {
  const why = kernel === undefined ? null : unknownFlags(kernel, flags);
  return why === null
    ? []
    : [{ field: 'flags', expected: 'flags that this kernel knows', given: `${flags}: ${why}` }];
}

function clashWords({ name, interpreter, takers }: Clash): string {
  const who = takers.map((taker) => (taker === name ? 'the handler itself' : taker)).join(', ');
  return `interpreter: expected a file that no handler matches, got ${interpreter}, matched by ${who}`;
}

/** What the host's own programs would suffer from a registration. */
export function dangersOf(
  { matcher, interpreter }: Registration,
  host: Host,
  accept: Accept,
): readonly Fault[] {
  return accept(matcher, interpreter, host.native, defaultProtectedExtensions(loaders));
}

/** The loaders of glibc and musl on the architectures that hosts have; each lends its last extension. */
const loaders = [
  'ld-linux-x86-64.so.2',
  'ld-linux-aarch64.so.1',
  'ld-linux.so.2',
  'ld64.so.2',
  'ld-musl-x86_64.so.1',
];
