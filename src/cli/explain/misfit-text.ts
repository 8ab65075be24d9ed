import type { Binary } from '../../core/binary/binary.ts';
import type { ElfBinary } from '../../core/binary/elf-facts.ts';
import type { Told } from '../../core/require/tally.ts';
import { platformNameOf } from '../../core/require/wanted.ts';
import { visible } from '../../core/text/visible.ts';

/** What a file is, in the few words of a table. */
export function shortly(binary: Binary): string {
  switch (binary.kind) {
    case 'elf':
      return elfShortly(binary);
    case 'script':
      return binary.interpreter ? `script for ${visible(binary.interpreter)}` : 'script without interpreter';
    case 'pe':
      return `Windows, ${binary.machineName ?? 'unknown machine'}${binary.dotnet ? ', .NET' : ''}`;
    case 'mach-o':
      return `macOS, ${binary.parts.map(({ name, cpu }) => name ?? `cpu ${cpu}`).join(' ')}`;
    case 'dos':
      return 'DOS program';
    case 'wasm':
      return `WebAssembly ${binary.form}`;
    case 'ape':
      return 'Actually Portable Executable';
    case 'packed':
      return `${binary.format} archive`;
    case 'code':
      return binary.format;
    case 'text':
      return binary.form === 'plain' ? 'text' : (forms[binary.form] ?? binary.form);
    case 'empty':
      return 'empty file';
    case 'damaged':
      return `damaged ${binary.of.toUpperCase()}`;
    case 'data':
      return binary.zeros ? 'nothing but zeros' : 'data';
  }
}

/** Why a file is told, as the rest of its line. */
export function whyText(told: Told): string {
  switch (told.why) {
    case 'platform':
      return 'another platform';
    case 'system':
      return 'another operating system';
    case 'level':
      return `needs x86-64-v${told.needs}, v${told.has} was asked for`;
    case 'hard-float':
      return 'passes floats in registers that v5 lacks';
    case 'damaged':
      return told.missing > 0
        ? `cut short: ${told.missing} bytes are missing`
        : 'its header is cut short or wrong';
    case 'script':
      return scripts[told.fault];
    case 'no-program':
      return 'no program, though it may be executed';
    case 'checksum':
      return `SHA-256 is ${told.is.slice(0, 12)}…, listed is ${told.listed.slice(0, 12)}…`;
    case 'unlisted':
      return 'the list of checksums has none for it';
    case 'unread':
      return visible(told.message);
  }
}

function elfShortly({ target, machineName, header, linkage, form }: ElfBinary): string {
  const platform =
    target === null ? `ELF ${machineName ?? `machine ${header.machine}`}` : platformNameOf(target);
  return form === 'shared-object'
    ? `${platform}, library`
    : [platform, ...(linkage === null ? [] : [linkage])].join(', ');
}

const forms: Readonly<Record<string, string>> = {
  'mark-before-shebang': 'byte order mark before #!',
  'blank-before-shebang': 'blanks before #!',
  'utf-16': 'UTF-16 text',
  'web-page': 'web page',
  xml: 'XML',
  json: 'JSON',
  'git-lfs-pointer': 'Git LFS pointer',
};

const scripts = {
  'no-interpreter': 'its #! line names no interpreter',
  'too-long': 'its #! line is longer than the kernel reads',
  'carriage-return': 'its #! line ends as in DOS (CR LF)',
  'argument-cut': 'its #! line is cut off by the kernel',
} as const;
