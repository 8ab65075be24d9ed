import { exitProgram } from '../contract/exit-program.ts';

/** A static program of this machine that sleeps for ever: the one that exits, with pause(2) in a loop for its code. */
export function sleepProgram(): Buffer {
  const file = exitProgram(0);
  const code = codes[process.arch];
  if (file === null || code === undefined) throw new Error(`no program for ${process.arch}`);
  const program = Buffer.concat([file.subarray(0, HEADERS), code]);
  program.writeBigUInt64LE(BigInt(program.length), 96);
  program.writeBigUInt64LE(BigInt(program.length), 104);
  return program;
}

const HEADERS = 64 + 56;

const codes: Readonly<Record<string, Buffer>> = {
  // mov eax, 34 (pause); syscall; jmp back
  x64: Buffer.from([0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]),
  // mov x0..x3, 0; mov x8, 73 (ppoll of nothing); svc 0; b back to the first
  arm64: Buffer.from(
    Uint32Array.of(0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001, 0x17fffffa).buffer,
  ),
};
