import type { Libc } from '../system/libc.ts';
import { listenControl } from './control-socket.ts';
import type { listenHttp } from './http-server.ts';
import { type Notifier, takeNotifier } from './notify.ts';
import type { listenWitness, WitnessClient } from './witness-socket.ts';

/** The socket that commands ask by. */
export interface ControlListener {
  readonly listenControl: typeof listenControl;
}

/** The socket that witnesses report to. */
export interface WitnessListener {
  listenWitness(
    dir: string,
    owner: string,
    onConnection: (client: WitnessClient) => void,
  ): ReturnType<typeof listenWitness>;
}

/** HTTP. */
export interface HttpListening {
  readonly listenHttp: typeof listenHttp;
}

/** The supervisor. */
export interface Supervisor {
  takeNotifier(env: NodeJS.ProcessEnv): Notifier | null;
}

/** All of this room; servers that not everybody wants are loaded when they are. */
export function netFacets(libc: Libc | null): ControlListener & WitnessListener & HttpListening & Supervisor {
  return {
    listenControl,
    listenWitness: async (dir, owner, onConnection) =>
      (await import('./witness-socket.ts')).listenWitness(dir, owner, libc, onConnection),
    listenHttp: async (...args) => (await import('./http-server.ts')).listenHttp(...args),
    takeNotifier: (env) => takeNotifier(libc, env),
  };
}
