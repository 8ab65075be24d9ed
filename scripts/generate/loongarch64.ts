type Encode = (operands: readonly number[]) => number;

/**
 * Assembles the few LoongArch instructions that the probe consists of, because Debian 12 has no binutils for it.
 * Encodings are those of the LoongArch Reference Manual, volume 1, appendix B. Throws on anything else.
 */
export function assembleLoongArch64(source: string): Uint8Array {
  const labels = new Map<string, number>();
  const lines: { at: number; mnemonic: string; operands: string[] }[] = [];
  for (const raw of source.split('\n')) {
    const [, label, rest] = /^(?:(\w+):)?\s*(.*)$/.exec(raw.replace(/#.*/, '').trim()) ?? [];
    const at = lines.length * 4;
    if (label !== undefined) labels.set(label, at);
    const [mnemonic, ...operands] = (rest ?? '').split(/[\s,]+/).filter((word) => word !== '');
    if (mnemonic !== undefined && !mnemonic.startsWith('.')) lines.push({ at, mnemonic, operands });
  }
  const code = new DataView(new ArrayBuffer(lines.length * 4));
  for (const { at, mnemonic, operands } of lines) {
    const encode = instructions[mnemonic];
    if (encode === undefined) throw new Error(`expected a known LoongArch instruction, got ${mnemonic}`);
    const values = operands.map((operand) => operandOf(operand, at, labels));
    code.setUint32(at, encode(values), true);
  }
  return new Uint8Array(code.buffer);
}

const registers: Readonly<Record<string, number>> = {
  $zero: 0,
  $sp: 3,
  $a0: 4,
  $a1: 5,
  $a2: 6,
  $a7: 11,
  $t0: 12,
};

const instructions: Readonly<Record<string, Encode>> = {
  or: threeRegisters(0x00150000),
  'sub.d': threeRegisters(0x00118000),
  sltu: threeRegisters(0x00128000),
  'addi.d': immediate12(0x02c00000),
  ori: immediate12(0x03800000),
  'ld.d': immediate12(0x28c00000),
  'ld.bu': immediate12(0x2a000000),
  'st.b': immediate12(0x29000000),
  bnez: ([rj = 0, offset = 0]) =>
    (0x44000000 | (((offset >> 2) & 0xffff) << 10) | (rj << 5) | ((offset >> 18) & 0x1f)) >>> 0,
  syscall: ([code = 0]) => 0x002b0000 | code,
};

function threeRegisters(opcode: number): Encode {
  return ([rd = 0, rj = 0, rk = 0]) => opcode | (rk << 10) | (rj << 5) | rd;
}

function immediate12(opcode: number): Encode {
  return ([rd = 0, rj = 0, value = 0]) => opcode | ((value & 0xfff) << 10) | (rj << 5) | rd;
}

function operandOf(operand: string, at: number, labels: ReadonlyMap<string, number>): number {
  const register = registers[operand];
  if (register !== undefined) return register;
  const backward = labels.get(operand.replace(/b$/, ''));
  if (/^\d+b$/.test(operand) && backward !== undefined) return backward - at;
  if (/^-?\d+$/.test(operand)) return Number(operand);
  throw new Error(`expected a known register, number or label, got ${operand}`);
}
