/** The tiniest static ELF of this machine: it only exits, so it needs neither loader nor libc nor output. Null where we have no code for it. */
export function exitProgram(code: number): Buffer | null {
  const machine = MACHINES[process.arch];
  if (machine === undefined) return null;
  const text = machine.code(code);
  const file = Buffer.alloc(HEADERS + text.length);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(machine.number, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BASE + BigInt(HEADERS), 24); // e_entry
  file.writeBigUInt64LE(64n, 32); // e_phoff
  file.writeUInt16LE(64, 52); // e_ehsize
  file.writeUInt16LE(56, 54); // e_phentsize
  file.writeUInt16LE(1, 56); // e_phnum
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(5, 68); // readable, executable
  file.writeBigUInt64LE(BASE, 80); // p_vaddr
  file.writeBigUInt64LE(BigInt(file.length), 96); // p_filesz
  file.writeBigUInt64LE(BigInt(file.length), 104); // p_memsz
  file.writeBigUInt64LE(0x10000n, 112); // p_align
  text.copy(file, HEADERS);
  return file;
}

const BASE = 0x400000n;
const HEADERS = 64 + 56;

const MACHINES: { readonly [arch: string]: { number: number; code: (status: number) => Buffer } } = {
  // mov edi, STATUS; mov eax, 60; syscall
  x64: {
    number: 62,
    code: (status) => Buffer.from([0xbf, status, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05]),
  },
  // mov x0, STATUS; mov x8, 93; svc 0
  arm64: {
    number: 183,
    code: (status) => Buffer.from(Uint32Array.of(0xd2800000 | (status << 5), 0xd2800ba8, 0xd4000001).buffer),
  },
};
