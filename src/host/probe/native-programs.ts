import { open, readlink } from 'node:fs/promises';
import { type ProgramFile, readElfHeader } from '../../core/kernel/elf.ts';
import { headerSize } from '../../core/kernel/registration.ts';
import type { HostArchitecture } from '../system/identity.ts';

/** What runs on every host: this program, the first process, the shell, and what many scripts begin with. */
const usual = ['/proc/thread-self/exe', '/proc/1/exe', '/bin/sh', '/usr/bin/env'];

/** How native programs of this host begin; what cannot be read, or is another kind of file, is left out. */
export async function nativePrograms(
  own: Pick<HostArchitecture, 'machine' | 'class'>,
  paths: readonly string[] = usual,
): Promise<readonly ProgramFile[]> {
  const read = await Promise.all(paths.map(firstBytes));
  return read.filter(({ header }) => {
    const elf = readElfHeader(header);
    return elf !== null && elf.machine === own.machine && elf.class === own.class;
  });
}

async function firstBytes(place: string): Promise<ProgramFile> {
  const path = place.startsWith('/proc/') ? await readlink(place).catch(() => place) : place;
  const file = await open(place).catch(() => null);
  try {
    const header = new Uint8Array(headerSize);
    const size = (await file?.read(header, 0, header.length, 0).catch(() => null))?.bytesRead ?? 0;
    return { path, header: header.subarray(0, size) };
  } finally {
    await file?.close();
  }
}
