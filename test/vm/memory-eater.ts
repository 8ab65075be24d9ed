import { executable } from '../../scripts/generate/elf.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';

/** A stand-in for QEMU: it says its version when asked for it, and else takes memory until somebody ends it. */
export function memoryEater(): Uint8Array {
  const host = architectureOf('x86_64');
  if (host === undefined) throw new Error('expected x86_64 in the catalogue');
  const text = Buffer.concat([Buffer.from(code.map(([bytes]) => bytes).join(''), 'hex'), version]);
  return executable(host, { text, flags: 0 });
}

const version = Buffer.from('qemu-riscv64 version 9.9.9\n');

const code: readonly (readonly [bytes: string, instruction: string])[] = [
  ['488b742410', 'mov rsi,[rsp+0x10]: argv[1]'],
  ['4885f6', 'test rsi,rsi'],
  ['7423', 'je eat'],
  ['803e2d', "cmp byte ptr [rsi],'-'"],
  ['751e', 'jne eat'],
  ['b801000000', 'mov eax,1: write'],
  ['89c7', 'mov edi,eax'],
  ['488d3532000000', 'lea rsi,[rip+version]'],
  [`ba${version.length.toString(16).padStart(2, '0')}000000`, 'mov edx,length'],
  ['0f05', 'syscall'],
  ['b83c000000', 'mov eax,60: exit'],
  ['31ff', 'xor edi,edi'],
  ['0f05', 'syscall'],
  ['b809000000', 'eat: mov eax,9: mmap'],
  ['31ff', 'xor edi,edi'],
  ['be00004000', 'mov esi,4 MiB'],
  ['ba03000000', 'mov edx,PROT_READ|PROT_WRITE'],
  ['41ba22800000', 'mov r10d,MAP_PRIVATE|MAP_ANONYMOUS|MAP_POPULATE'],
  ['4983c8ff', 'or r8,-1'],
  ['4531c9', 'xor r9d,r9d'],
  ['0f05', 'syscall'],
  ['ebde', 'jmp eat'],
];
