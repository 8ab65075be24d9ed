import type { Entry } from '../kernel/entry.ts';
import type { Matcher } from '../kernel/registration.ts';
import type { Handler } from './handler.ts';
import { takesFrom } from './shadow.ts';

/**
 * Finds the handlers that an entry takes files from, as `takesFrom` would tell of each. Comparing every entry with
 * every handler is what makes a pass quadratic; here an entry is compared only with samples that have its bytes.
 */
export function createVictimFinder(handlers: readonly Handler[]): (entry: Entry) => readonly Handler[] {
  const byExtension = new Map<string, Handler[]>();
  const samples: Sample[] = [];
  for (const handler of handlers) {
    const { matcher } = handler.registration;
    if (matcher.kind === 'magic') samples.push(...handler.samples.map((header) => ({ handler, header })));
    else byExtension.set(matcher.extension, [...(byExtension.get(matcher.extension) ?? []), handler]);
  }
  const root = divide(samples);
  const known = new WeakMap<Matcher, readonly Handler[]>();
  return (entry) => {
    const { matcher } = entry;
    if (!entry.enabled || matcher === null) return [];
    let found = known.get(matcher);
    if (found === undefined) {
      const candidates =
        matcher.kind === 'extension'
          ? (byExtension.get(matcher.extension) ?? [])
          : [...new Set(collect(root, matcher))];
      found = candidates.filter((h) => takesFrom(entry, h));
      known.set(matcher, found);
    }
    return found;
  };
}

interface Sample {
  readonly handler: Handler;
  readonly header: Uint8Array;
}

/** A byte that all headers of a node have, so that a matcher which asks for another one is done with at once. */
interface Shared {
  readonly at: number;
  readonly byte: number;
}

/** Samples told apart by one byte of their headers, or the few that are left. */
type Node = { readonly shared: readonly Shared[] } & (
  | { readonly position: number; readonly children: ReadonlyMap<number, Node> }
  | { readonly position: null; readonly samples: readonly Sample[] }
);

/** So few are compared one by one. */
const few = 4;

function divide(samples: readonly Sample[], known: ReadonlySet<number> = new Set()): Node {
  if (samples.length <= few) return { shared: [], position: null, samples };
  const { shared, position } = survey(samples, known);
  if (position === null) return { shared, position, samples };
  const groups = new Map<number, Sample[]>();
  for (const sample of samples) {
    const byte = sample.header[position] ?? 0;
    const group = groups.get(byte);
    if (group === undefined) groups.set(byte, [sample]);
    else group.push(sample);
  }
  const settled = new Set([...known, position, ...shared.map((s) => s.at)]);
  const children = new Map([...groups].map(([byte, group]) => [byte, divide(group, settled)]));
  return { shared, position, children };
}

/** Which bytes are the same in all headers, and where they differ most. Beyond the longest magic nothing is compared. */
function survey(
  samples: readonly Sample[],
  known: ReadonlySet<number>,
): { readonly shared: readonly Shared[]; readonly position: number | null } {
  const shared: Shared[] = [];
  let position: number | null = null;
  let most = 1;
  const end = Math.max(...samples.map((s) => endOf(s.handler.registration.matcher)));
  for (let at = 0; at < end; at += 1) {
    if (known.has(at)) continue;
    const values = new Set(samples.map(({ header }) => header[at] ?? 0));
    const [first = 0] = values;
    if (values.size === 1) shared.push({ at, byte: first });
    else if (values.size > most) [position, most] = [at, values.size];
  }
  return { shared, position };
}

function endOf(matcher: Matcher): number {
  return matcher.kind === 'magic' ? matcher.offset + matcher.magic.length : 0;
}

function collect(node: Node, matcher: Matcher & { readonly kind: 'magic' }): readonly Handler[] {
  const { offset, magic, mask } = matcher;
  const contradicts = ({ at, byte }: Shared): boolean =>
    ((byte ^ (magic[at - offset] ?? 0)) & (mask[at - offset] ?? 0)) !== 0;
  if (node.shared.some(contradicts)) return [];
  if (node.position === null) return node.samples.map((s) => s.handler);
  const at = node.position - offset;
  if (mask[at] !== 255) return [...node.children.values()].flatMap((child) => collect(child, matcher));
  const child = node.children.get(magic[at] ?? 0);
  return child === undefined ? [] : collect(child, matcher);
}
