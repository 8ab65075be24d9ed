import type { Binary } from '../../core/binary/binary.ts';
import { visible } from '../../core/text/visible.ts';

/** What a file is, in a few words; `platform` where the catalogue knows one. */
export function whatText(what: Binary, platform: string | null): string {
  switch (what.kind) {
    case 'elf': {
      const bits = `ELF ${what.header.class}-bit`;
      const machine = platform ?? `machine ${what.machineName ?? what.header.machine}`;
      return `${forms[what.form]} for ${machine} (${[bits, ...linked(what.linkage)].join(', ')})`;
    }
    case 'script':
      return what.interpreter === null || what.interpreter === ''
        ? 'a script whose #! line names nothing'
        : `a script for ${visible(what.interpreter)}`;
    case 'pe':
      return `a program for Windows (PE, ${what.machineName ?? 'of an unknown machine'})`;
    case 'mach-o':
      return 'a program for macOS (Mach-O)';
    case 'dos':
      return `a program for DOS or old Windows (${what.format})`;
    case 'wasm':
      return `WebAssembly (${what.form})`;
    case 'ape':
      return 'an Actually Portable Executable';
    case 'code':
      return `code for a virtual machine (${what.format})`;
    case 'packed':
      return `an archive (${what.format})`;
    case 'text':
      return textForms[what.form];
    case 'empty':
      return 'an empty file';
    case 'damaged':
      return `the beginning of a program (${what.of}), damaged`;
    case 'data':
      return 'data of no known kind';
  }
}

function linked(linkage: 'static' | 'dynamic' | null): readonly string[] {
  return linkage === null ? [] : [linkage];
}

const forms = {
  executable: 'a program',
  pie: 'a program',
  'static-pie': 'a program',
  'shared-object': 'a shared object',
  relocatable: 'an object file',
  core: 'a core dump',
  other: 'an ELF file',
} as const;

const textForms = {
  plain: 'a text without a #! line',
  'mark-before-shebang': 'a script behind a byte order mark',
  'blank-before-shebang': 'a script behind blanks',
  'utf-16': 'a text in UTF-16',
  'web-page': 'a web page',
  xml: 'XML',
  json: 'JSON',
  'git-lfs-pointer': 'a pointer of Git LFS',
} as const;
