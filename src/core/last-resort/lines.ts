import type { Handler, InterpreterIdentity } from '../plan/handler.ts';
import { catalogue } from '../platforms/catalogue.ts';
import { sampleHeaders, servedMatcher } from '../platforms/catalogue-magic.ts';

/** The program where it was deployed; the path is a byte string. */
export interface DeployedProgram extends InterpreterIdentity {
  readonly path: string;
}

/** The entry that explains, or waits for, one platform. */
export interface LastResort {
  readonly handler: Handler;
  /** The target of the platform. */
  readonly target: string;
  /** A handler of ours serves it, and is waited for where it is gone. */
  readonly waits: boolean;
}

/** What there is a last resort for. */
export interface LinesParts {
  /** Prefix of the names of our entries. */
  readonly prefix: string;
  /** Targets that the host runs by itself, its own and its 32-bit sibling. */
  readonly native: readonly string[];
  /** Targets whose handler is ready. */
  readonly kept: ReadonlySet<string>;
  readonly explain: DeployedProgram;
  /** Null where nothing is to be waited for. */
  readonly wait: DeployedProgram | null;
}

/**
 * One entry for each platform that the host does not run by itself. `P`, so that the file can be executed again as it was;
 * `O`, since its header tells the platform where neither the path nor a right to read does; `F`, for containers. Never `C`.
 */
export function lastResorts({ prefix, native, kept, explain, wait }: LinesParts): readonly LastResort[] {
  return catalogue
    .filter((row) => row.usable && !native.includes(row.target))
    .map((row) => {
      const { target, platforms } = row;
      const waits = wait !== null && kept.has(target);
      const { path, ...identity } = waits ? wait : explain;
      const registration = {
        ...{ name: `${prefix}none-${target}`, matcher: servedMatcher(row), interpreter: path, flags: 'POF' },
      };
      const handler: Handler = {
        ...{ key: lastResortKey(target), platforms, registration },
        ...{ interpreter: identity, samples: sampleHeaders(row) },
      };
      return { handler, target, waits };
    });
}

/** What is done for one is told apart from tasks of handlers by this key. */
function lastResortKey(target: string): string {
  return `last-resort:${target}`;
}

/** Whether a key is that of a last resort. */
export function isLastResortKey(key: string | null): boolean {
  return key?.startsWith(lastResortKey('')) ?? false;
}
