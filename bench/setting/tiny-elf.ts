/** What a tiny program does. */
export type Deed = 'exit' | 'hang';

/**
 * A static native program of a few instructions, so that a failing exec is counted and not the emulator's start-up;
 * `hang` stands for an emulator that never ends. Null on machines that no code is written for.
 */
export function tinyElf(deed: Deed): Buffer | null {
  const code = programs[`${process.arch} ${deed}`];
  if (code === undefined) return null;
  const base = 0x400000;
  const headers = 64 + 56;
  const file = Buffer.alloc(headers + code.bytes.length);
  Buffer.from('7f454c46020101', 'hex').copy(file);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(code.machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(base + headers), 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt16LE(64, 58);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(5, 68);
  file.writeBigUInt64LE(BigInt(base), 80);
  file.writeBigUInt64LE(BigInt(base), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(4096n, 112);
  Buffer.from(code.bytes).copy(file, headers);
  return file;
}

const X86 = 62;
const ARM = 183;

const programs: Readonly<Partial<Record<string, { machine: number; bytes: readonly number[] }>>> = {
  // xor edi,edi; mov eax,60; syscall
  'x64 exit': { machine: X86, bytes: [0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05] },
  // mov eax,34 (pause); syscall; jmp to the start
  'x64 hang': { machine: X86, bytes: [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0,#0; mov x8,#93; svc #0
  'arm64 exit': { machine: ARM, bytes: [0, 0, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 1, 0, 0, 0xd4] },
  // wfe-free endless wait: mov x0,#0; mov x1,#0; mov x2,#0; mov x3,#0; mov x8,#73 (ppoll); svc #0; b to the start
  'arm64 hang': {
    machine: ARM,
    bytes: [
      ...[0, 0, 0x80, 0xd2, 1, 0, 0x80, 0xd2, 2, 0, 0x80, 0xd2, 3, 0, 0x80, 0xd2],
      ...[0x28, 0x09, 0x80, 0xd2, 1, 0, 0, 0xd4, 0xfa, 0xff, 0xff, 0x17],
    ],
  },
};
