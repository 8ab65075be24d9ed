import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { elfHeader } from '../../src/core/kernel/elf.ts';
import { exitProgram } from '../contract/exit-program.ts';

/** Writes every kind of file that the kernel may be asked to execute into a directory, and returns the paths as they are typed. */
export function makeFiles(dir: string, noexec: string): readonly string[] {
  const native = program();
  const typed: string[] = [];
  const put = (name: string, bytes: Uint8Array | string, mode = 0o755): void => {
    writeFileSync(`${dir}/${name}`, bytes);
    chmodSync(`${dir}/${name}`, mode);
    typed.push(`./${name}`);
  };
  const elves: Record<string, Uint8Array> = {
    native,
    'app-arm64': foreign(183),
    'app-riscv64': foreign(243),
    'app-s390x': elfHeader({ class: 64, data: 'big', machine: 22 }),
    'app-i386': i386(),
    'app-unknown': foreign(0x1234),
    'app-x32': elfHeader({ class: 32, data: 'little', machine: machine() }),
    'class-wrong': changed(native, (b) => b.writeUInt8(1, 4)),
    'data-wrong': changed(native, (b) => b.writeUInt8(2, 5)),
    'version-wrong': changed(native, (b) => b.writeUInt8(9, 6)),
    'osabi-odd': changed(native, (b) => b.writeUInt8(66, 7)),
    relocatable: changed(native, (b) => b.writeUInt16LE(1, 16)),
    core: changed(native, (b) => b.writeUInt16LE(4, 16)),
    'type-odd': changed(native, (b) => b.writeUInt16LE(77, 16)),
    'no-headers': changed(native, (b) => b.writeUInt16LE(0, 56)),
    'many-headers': changed(Buffer.concat([native, Buffer.alloc(9000)]), (b) => b.writeUInt16LE(100, 56)),
    'too-many-headers': changed(Buffer.concat([native, Buffer.alloc(90_000)]), (b) =>
      b.writeUInt16LE(1300, 56),
    ),
    'header-size': changed(native, (b) => b.writeUInt16LE(32, 54)),
    'headers-beyond': changed(native, (b) => b.writeBigUInt64LE(70_000n, 32)),
    'headers-far': changed(native, (b) => b.writeBigUInt64LE(0xffff_ffff_ffff_fff0n, 32)),
    'cut-40': native.subarray(0, 40),
    'cut-64': native.subarray(0, 64),
    'cut-3': native.subarray(0, 3),
    'cut-arm64': foreign(183).subarray(0, 30),
    'loader-missing': dynamic('/nope/ld.so\0'),
    'loader-text': dynamic(`${dir}/text\0`),
    'loader-short': dynamic(`${dir}/short\0`),
    'loader-foreign': dynamic(`${dir}/app-arm64\0`),
    'loader-mode': dynamic(`${dir}/mode\0`),
    'loader-directory': dynamic(`${dir}\0`),
    'loader-script': dynamic(`${dir}/script\0`),
    'loader-noexec': dynamic(`${noexec}/native\0`),
    'loader-relative': dynamic('nope\0'),
    'loader-open': dynamic('/nope/ld.so'),
    'loader-one': dynamic('\0'),
    'loader-beyond': dynamic('/nope/ld.so\0', 900_000n),
    'loader-native': dynamic(`${dir}/native\0`),
  };
  for (const [name, bytes] of Object.entries(elves)) put(name, bytes);
  const long = `/${'x'.repeat(300)}`;
  const scripts: Record<string, string> = {
    script: '#!./native\n',
    'script-missing': '#!/nope/sh\nexit 0\n',
    'script-crlf': '#!./native\r\nexit 0\r\n',
    'script-empty': '#!',
    'script-nothing': '#!\n',
    'script-blanks': '#!   \t \n',
    'script-blanks-only': `#!${' '.repeat(300)}`,
    'script-argument': '#! ./native an argument\n',
    'script-tab': '#!\t./native\t\n',
    'script-no-newline': '#!./native',
    'script-argument-no-newline': '#!./native -x',
    'script-long': `#!${long}\n`,
    'script-long-argument': `#!./native ${'y'.repeat(400)}\n`,
    'script-nul': '#!./native\0rest\n',
    'script-directory': '#!/tmp\n',
    'script-mode': '#!./mode\n',
    'script-foreign': '#!./app-arm64\n',
    'script-jar': '#!./app.jar\n',
    'script-noexec': `#!${noexec}/native\n`,
    'script-self': '#!./script-self\n',
    level1: '#!./script\n',
    level2: '#!./level1\n',
    level3: '#!./level2\n',
    level4: '#!./level3\n',
    level5: '#!./level4\n',
    level6: '#!./level5\n',
    'script-mark': '\ufeff#!./native\n',
    'script-blank': '\n#!./native\n',
    text: 'echo hello, this is a text of more than sixty-four bytes, so that it could be a header\n',
    short: 'short\n',
    'page.html': '<!DOCTYPE html><title>404</title>\n',
    lfs: 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
    'app.jar': 'PK\x03\x04zip',
    'app.tar.jar': 'PK\x03\x04zip',
    '.jar': 'PK\x03\x04zip',
    jar: 'PK\x03\x04zip',
    'app.JAR': 'PK\x03\x04zip',
    'app.jar.': 'PK\x03\x04zip',
    'app.exe': 'MZ\x90\0windows',
    'dos.exe': `MZ${'\0'.repeat(200)}`,
    macho: `\xcf\xfa\xed\xfe\x07\0\0\x01${'\x02\0\0\0'.repeat(8)}`,
    'not-found': '404: Not Found',
    noise: '\x91\x01\x02\x80\x81\0\x07\x99\xc3\x28',
    wasm: '\0asm\x01\0\0\0',
    'x.loop': 'loop',
    'mark-100': `${'.'.repeat(100)}MARK`,
    'mark-252': `${'.'.repeat(252)}MARK`,
    'mark-254': `${'.'.repeat(254)}MARK`,
    empty: '',
    zeros: '\0'.repeat(300),
  };
  for (const [name, text] of Object.entries(scripts))
    put(name, name === 'script-mark' ? text : Buffer.from(text, 'latin1'));
  put('mode', native, 0o644);
  put('mode-script', '#!./native\n', 0o644);
  mkdirSync(`${dir}/folder.jar`);
  put('folder.jar/inside', 'PK\x03\x04zip');
  copyFileSync('/bin/true', `${dir}/dynamic`);
  writeFileSync(`${noexec}/native`, native, { mode: 0o755 });
  symlinkSync('native', `${dir}/link`);
  symlinkSync('nowhere', `${dir}/link-nowhere`);
  symlinkSync('link-circle', `${dir}/link-circle`);
  symlinkSync('app-arm64', `${dir}/link.jar`);
  spawnSync('sh', ['-c', 'mkfifo "$0"', `${dir}/fifo`]);
  typed.push('./dynamic', './link', './link-nowhere', './link-circle', './link.jar', './fifo');
  typed.push('./folder.jar', '.', './native/below', './native/', `./${'n'.repeat(300)}`, './nothing.jar');
  typed.push(
    `${noexec}/native`,
    `${dir}/native`,
    'app-arm64',
    '/dev/null',
    `./${'d/'.repeat(2100)}x`,
    './native/.',
  );
  return typed;
}

/** e_machine of this host. */
function machine(): number {
  return program().readUInt16LE(18);
}

function program(): Buffer {
  const file = exitProgram(0);
  if (file === null) throw new Error(`no program for ${process.arch}`);
  return file;
}

function foreign(number: number): Buffer {
  return changed(program(), (b) => b.writeUInt16LE(number === machine() ? 62 : number, 18));
}

function changed(file: Buffer, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(file);
  change(bytes);
  return bytes;
}

/** The same program with a second header, PT_INTERP, behind its code. */
function dynamic(loader: string, at: bigint | null = null): Buffer {
  const base = program();
  const offset = BigInt(base.length + 4096);
  const file = Buffer.concat([base, Buffer.alloc(4096), Buffer.from(loader, 'latin1')]);
  // Both headers lie at the end of the page behind the code, where nothing else is.
  const table = base.length + 8;
  base.copy(file, table, 64, 120);
  const interp = table + 56;
  file.writeUInt32LE(3, interp);
  file.writeBigUInt64LE(at ?? offset, interp + 8);
  file.writeBigUInt64LE(BigInt(loader.length), interp + 32);
  file.writeBigUInt64LE(BigInt(table), 32);
  file.writeUInt16LE(2, 56);
  return file;
}

/** mov eax, 1; xor ebx, ebx; int 0x80, as a 32-bit program of x86. */
function i386(): Buffer {
  const code = Buffer.from([0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80]);
  const file = Buffer.alloc(84 + code.length);
  Buffer.from(elfHeader({ class: 32, data: 'little', machine: 3 })).copy(file);
  file.writeUInt32LE(0x8048000 + 84, 24);
  file.writeUInt32LE(1, 52);
  file.writeUInt32LE(0x8048000, 60);
  file.writeUInt32LE(file.length, 68);
  file.writeUInt32LE(file.length, 72);
  file.writeUInt32LE(5, 76);
  file.writeUInt32LE(0x1000, 80);
  code.copy(file, 84);
  return file;
}
