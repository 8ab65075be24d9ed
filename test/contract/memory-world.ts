import type { Outcome } from '../../src/core/outcome.ts';
import { MemoryKernel } from '../fake/memory-kernel.ts';
import type { MemoryProcess } from '../fake/memory-process.ts';
import type { Container, Result, View, World } from './world.ts';

/** The contract's world on the fake kernel. */
export function memoryWorld(): World {
  const { host } = new MemoryKernel({ main: null });
  const dir = '/contract';
  host.cover(dir);
  return {
    ...view(host),
    dir,
    program: (path, marker) => host.program(path, marker),
    binary: (path, header) => host.binary(path, header),
    chmod: (path, executable) => host.chmod(path, executable),
    rename: (from, to) => host.rename(from, to),
    unlink: (path) => host.unlink(path),
    openForWriting: (path) => {
      const opened = host.openForWriting(path);
      return opened.ok ? { result: 'ok', close: opened.close } : { result: opened.code, close: () => {} };
    },
    cover: (path) => result(host.cover(path)),
    detach: (path) => result(host.detach(path)),
    remount: (path, mode) => result(host.remount(path, mode)),
    share: (path) => host.share(path),
    container: (propagation): Container => {
      const process = host.unshare(propagation);
      return { ...view(process), end: () => process.end() };
    },
    open: (path) => host.open(path),
    exec: (path, root) => {
      const ran = host.exec(path, root);
      return ran.ok ? ran.marker : ran.code;
    },
    dispose: () => {},
  };
}

function view(process: MemoryProcess): View {
  return {
    mount: (path) => result(process.mount(path)),
    umount: (path) => result(process.umount(path)),
    write: (path, bytes) => result(process.write(path, bytes)),
  };
}

function result(outcome: Outcome): Result {
  return outcome.ok ? 'ok' : outcome.code;
}
