// The daemon with a rule that accepts everything: only the canary stands between a handler and the host.
import { runOddDaemon } from './odd-daemon.ts';

await runOddDaemon({ accept: () => [] });
