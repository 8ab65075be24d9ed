import { closeSync } from 'node:fs';
import koffi from 'koffi';

/** A datagram socket such as systemd listens on. */
export interface Supervisor {
  /** Messages that have arrived and were not taken yet. */
  take(): string[];
  close(): void;
}

/** Binds one at a path or, where the address begins with `@`, under an abstract name. */
export function listenAsSupervisor(address: string): Supervisor {
  const library = koffi.load(null);
  const socket: (family: number, type: number, protocol: number) => number =
    library.func('int socket(int, int, int)');
  const bind: (fd: number, address: Buffer, length: number) => number = library.func(
    'int bind(int, const uint8_t *, unsigned int)',
  );
  const recv: (fd: number, into: Buffer, size: number, flags: number) => number = library.func(
    'long recv(int, _Out_ uint8_t *, size_t, int)',
  );
  const fd = socket(1, 2 | 0o2000000, 0);
  const name = address.startsWith('@') ? `\0${address.slice(1)}` : `${address}\0`;
  const to = Buffer.concat([Buffer.from([1, 0]), Buffer.from(name)]);
  if (fd < 0 || bind(fd, to, to.length) < 0) throw new Error(`${address}: errno ${koffi.errno()}`);
  return {
    take() {
      const messages: string[] = [];
      for (;;) {
        const buffer = Buffer.alloc(65536);
        const size = recv(fd, buffer, buffer.length, 0x40);
        if (size < 0) return messages;
        messages.push(buffer.toString('utf8', 0, size));
      }
    },
    close: () => closeSync(fd),
  };
}
