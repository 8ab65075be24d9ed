import { spawnSync } from 'node:child_process';
import { exitProgram } from '../contract/exit-program.ts';

/**
 * A static program of this machine that executes its first argument, and ends with the errno of that where it fails: C libraries
 * hand what the kernel refuses to a shell, so nothing else shows what it said.
 */
export function executor(): Buffer {
  const file = exitProgram(0);
  const code = codes[process.arch];
  if (file === null || code === undefined) throw new Error(`no program for ${process.arch}`);
  const program = Buffer.concat([file.subarray(0, headers), code]);
  program.writeBigUInt64LE(BigInt(program.length), 96);
  program.writeBigUInt64LE(BigInt(program.length), 104);
  return program;
}

/** What the kernel says to a file: an errno, or `runs` for whatever begins to run, however it ends. */
export function kernelsWord(by: string, path: string, cwd: string): string {
  const { status, error } = spawnSync(by, [path], { cwd, env: {}, stdio: 'ignore', timeout: 10_000 });
  if (error !== undefined) throw error;
  return status === null ? 'runs' : (errnos[status] ?? 'runs');
}

/** Of Linux on every machine but a few old ones; files of these tests end with none of these numbers by themselves. */
const errnos: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  7: 'E2BIG',
  8: 'ENOEXEC',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  26: 'ETXTBSY',
  36: 'ENAMETOOLONG',
  40: 'ELOOP',
  80: 'ELIBBAD',
};

const headers = 64 + 56;

const codes: Readonly<Record<string, Buffer>> = {
  // execve([rsp + 16], rsp + 16, rsp + 8 * argc + 16), then exit with the errno
  x64: Buffer.from('488b7c2410488d742410488b0424488d54c410b83b0000000f05f7d889c7b83c0000000f05', 'hex'),
  // the same with sp
  arm64: Buffer.from(
    Uint32Array.of(
      ...[0xf9400be0, 0x910043e1, 0xf94003e3, 0x8b030c22, 0xd2801ba8],
      ...[0xd4000001, 0xcb0003e0, 0xd2800ba8, 0xd4000001],
    ).buffer,
  ),
};
