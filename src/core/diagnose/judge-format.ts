import type { Binary, PackedFormat } from '../binary/binary.ts';
import type { ElfBinary } from '../binary/elf-facts.ts';
import { textOf } from '../kernel/bytes.ts';
import type { Cause, CauseCode } from './causes.ts';
import type { Loser } from './choose.ts';
import type { Step } from './execute.ts';
import { platformOf, rowOf, siblingFor } from './platform.ts';
import type { Where } from './where.ts';

/** Why nothing in the kernel takes a file that it could open: ENOEXEC. */
export function judgeFormat({ ask, found, choice }: Step, where: Where): Cause {
  const file = found.kind === 'file' ? found : null;
  const head = file?.head ?? new Uint8Array();
  const row = rowOf(head);
  const platform = row === null ? null : platformOf(row);
  const name = ask.path.slice(ask.path.lastIndexOf('/') + 1);
  const values = {
    ...{ FILE: ask.path, NAME: name, HOST: where.host, MAIN: where.main ?? '/proc/sys/fs/binfmt_misc' },
    ...(platform === null ? {} : { PLATFORM: platform }),
  };
  const made = (code: CauseCode, detail: string, more: Cause['values'] = {}): Cause => ({
    ...{ code, subject: ask.path, detail, values: { ...values, ...more } },
  });
  const off = offCause(choice?.losers ?? [], made);
  if (off !== null) return off;
  const what = file?.what ?? null;
  if (what?.kind === 'elf' && file?.elf?.kind === 'refused') {
    const object = what.form === 'relocatable' || what.form === 'core';
    return made(object ? 'file-object' : 'file-damaged', file.elf.why);
  }
  if (what?.kind !== 'elf') return ofOther(what, made);
  if (what.form === 'relocatable' || what.form === 'core' || what.form === 'other')
    return made('file-object', `its ELF header says that it is ${forms[what.form]}`);
  return ofForeign(what, platform, where, made);
}

const forms = {
  relocatable: 'an object file',
  core: 'a core dump',
  other: 'neither a program nor a shared object',
};

type Made = (code: CauseCode, detail: string, more?: Cause['values']) => Cause;

/** An entry that would take it, were it not switched off. */
function offCause(losers: readonly Loser[], made: Made): Cause | null {
  const asleep = losers.find((one) => one.why === 'status-zero');
  if (asleep !== undefined)
    return made(
      'status-zero',
      `the entry ${textOf(asleep.entry.name)} fits, and 0 was written to status, which switches all entries off`,
    );
  const disabled = losers.find((one) => one.why === 'disabled');
  return disabled === undefined
    ? null
    : made('entry-disabled', `the entry ${textOf(disabled.entry.name)} fits, and is disabled`, {
        ENTRY: disabled.entry.name,
      });
}

function ofForeign(
  what: ElfBinary,
  platform: string | null,
  { state, host, unseen }: Where,
  made: Made,
): Cause {
  const machine = what.machineName ?? `number ${what.header.machine}`;
  if (platform === null)
    return made('no-emulator', `it is for the ELF machine ${machine}, and this host is ${host}`);
  if (state.entries === null)
    return made(
      'instance-missing',
      `it is for ${platform}, and whether an entry takes it cannot be seen: ${unseen}`,
    );
  if (isCompanion(what, state.native))
    return made(
      'host-bits',
      `it is for ${platform}, which this host (${host}) does not run, and no entry takes it`,
    );
  const there =
    state.entries.length === 0 ? 'there is no entry' : `none of ${state.entries.length} entries fits`;
  return made('no-entry', `it is for ${platform}, this host is ${host}, and ${there}`);
}

/** 32-bit programs of the same family. */
function isCompanion({ header }: ElfBinary, native: Where['state']['native']): boolean {
  const sibling = native.sibling === null ? siblingFor(native) : null;
  return sibling !== null && header.machine === sibling.machine && header.class === sibling.class;
}

function ofOther(what: Exclude<Binary, { kind: 'elf' }> | null, made: Made): Cause {
  switch (what?.kind) {
    case 'empty':
      return made('file-empty', 'it has no byte at all');
    case 'script':
      return what.fault === 'too-long'
        ? made('script-too-long', 'the path of its interpreter goes on beyond the first 256 bytes')
        : made('script-no-interpreter', 'nothing stands behind its #!');
    case 'damaged':
      return made(
        what.by === 'cut' ? 'file-truncated' : 'file-damaged',
        `it begins as a program does (${what.of})`,
      );
    case 'pe':
    case 'dos':
      return made('other-system-windows', 'it begins with MZ, as programs of Windows and DOS do');
    case 'mach-o':
      return made('other-system-macos', 'it begins as programs of macOS do (Mach-O)');
    case 'wasm':
      return made('other-code', 'it is WebAssembly', { RUNNER: 'wasmtime' });
    case 'ape':
      return made('other-code', 'it is an Actually Portable Executable', { RUNNER: '/bin/sh' });
    case 'code':
      return made('other-code', `it is ${what.format}`, { RUNNER: runners[what.format] ?? what.format });
    case 'packed':
      return made('saved-archive', `it begins as ${what.format} does`, { UNPACK: unpackers[what.format] });
    case 'text':
      return ofText(what, made);
    case 'data':
      return what.zeros
        ? made('file-zeros', 'its first bytes are zeros')
        : made('unknown-file', 'its first bytes are those of no program that is known');
    default:
      return made('unknown-file', 'it may not be read');
  }
}

function ofText({ form, firstLine }: Binary & { readonly kind: 'text' }, made: Made): Cause {
  const begins = `it begins with ${JSON.stringify(textOf(firstLine).slice(0, 60))}`;
  if (form === 'web-page' || form === 'xml') return made('saved-web-page', begins);
  if (form === 'git-lfs-pointer') return made('saved-lfs-pointer', begins);
  if (form === 'json' || /^(\d{3}\b|not found|error|access denied|forbidden)/i.test(firstLine))
    return made('saved-text', begins);
  if (form === 'mark-before-shebang') return made('script-start', 'a byte order mark stands before its #!');
  if (form === 'blank-before-shebang')
    return made('script-start', 'blanks or empty lines stand before its #!');
  if (form === 'utf-16') return made('script-start', 'it is written in UTF-16, two bytes a character');
  return made('script-no-shebang', begins);
}

const runners: Readonly<Record<string, string>> = {
  'java-class': 'java',
  jar: 'java -jar',
  python: 'python3',
  'llvm-bitcode': 'lli',
  dex: 'dalvikvm',
  lua: 'lua',
  erlang: 'erl',
};

const unpackers: Readonly<Record<PackedFormat, string>> = {
  zip: 'unzip FILE',
  gzip: 'tar -xzf FILE',
  bzip2: 'tar -xjf FILE',
  xz: 'tar -xJf FILE',
  zstd: 'tar --zstd -xf FILE',
  lz4: 'lz4 -d FILE',
  '7z': '7z x FILE',
  tar: 'tar -xf FILE',
  deb: 'dpkg-deb -x FILE .',
  rpm: 'rpm2cpio FILE | cpio -id',
  ar: 'ar x FILE',
  cpio: 'cpio -id <FILE',
  squashfs: 'unsquashfs FILE',
  xar: 'xar -xf FILE',
};
