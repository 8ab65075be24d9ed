import type { measureBesideNode } from './measure/beside-node.ts';
import type { measureDense } from './measure/dense.ts';
import type { compareSystems, measureLoss, measureShellKeeper } from './measure/exec-loss.ts';
import type { measureFlush } from './measure/flush.ts';
import type { measureHttp } from './measure/http.ts';
import type { measureLatency } from './measure/latency.ts';
import type { measureLogged } from './measure/logged.ts';
import type { measureOthers } from './measure/others.ts';
import type { measurePasses } from './measure/passes.ts';
import type { measurePeers } from './measure/peers.ts';
import type { measureRest } from './measure/rest.ts';
import type { measureStandstill } from './measure/standstill.ts';
import type { measureStart } from './measure/start.ts';
import type { measureStorms } from './measure/storms.ts';

/** What a part came to; null where it was not run. */
type Part<T extends (...args: never[]) => unknown> = Awaited<ReturnType<T>> | null;

/** Everything that was measured, and under which conditions. */
export interface Results {
  readonly conditions: Readonly<Record<string, string | number>>;
  readonly start: Part<typeof measureStart>;
  readonly besideNode: Part<typeof measureBesideNode>;
  readonly rest: Part<typeof measureRest>;
  readonly passes: Part<typeof measurePasses>;
  readonly latency: Part<typeof measureLatency>;
  readonly logged: Part<typeof measureLogged>;
  readonly http: Part<typeof measureHttp>;
  readonly flush: Part<typeof measureFlush>;
  readonly dense: Part<typeof measureDense>;
  readonly storms: Part<typeof measureStorms>;
  readonly loss: Part<typeof measureLoss>;
  readonly others: Part<typeof measureOthers>;
  readonly standstill: Part<typeof measureStandstill>;
  readonly compared: Part<typeof compareSystems>;
  readonly peers: Part<typeof measurePeers>;
  readonly shellKeeper: Part<typeof measureShellKeeper>;
}
