import { closeSync, constants, openSync, readSync } from 'node:fs';
import { exitCodes } from '../../core/exit-codes.ts';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import { type Checksums, readChecksums } from '../../core/require/checksums.ts';
import { doublePlaces, renameOf } from '../../core/require/renames.ts';
import { wantedPlatforms } from '../../core/require/wanted.ts';
import { visible } from '../../core/text/visible.ts';
import { reach } from '../../host/system/reach.ts';
import type { Flags } from '../line/flag-faults.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import type { Rules } from './require-looker.ts';
import { type Checked, checkPath } from './require-path.ts';
import { requireTable } from './require-table.ts';

/** Checks that all programs of directories, archives and images run on a platform; the exit status says whether. */
export async function requirePlatform(context: Context, paths: readonly string[]): Promise<number> {
  const rules = await rulesOf(context.flags, paths);
  if (typeof rules === 'string') {
    context.err(`binfmt-keeper: explain: ${visible(rules)}\n`);
    return exitCodes.usage;
  }
  let looked = 0;
  const checked: Checked[] = [];
  const work = async (): Promise<void> => {
    for (const path of paths)
      checked.push(
        ...(await checkPath(path, rules, () => {
          looked += 1;
        })),
      );
  };
  await withProgress(context, () => `${looked} files looked at`, work());
  const ok = checked.every((one) => one.ok);
  const data = {
    schema: 1,
    required: rules.wanted.map(({ name }) => name),
    ok,
    files: looked,
    checked,
  };
  if (context.flags.quiet !== true)
    context.out(render(data, context.format, () => requireTable(checked, rules.wanted, context)));
  return ok ? exitCodes.ok : exitCodes.failed;
}

async function rulesOf(flags: Flags, paths: readonly string[]): Promise<Rules | string> {
  const other = ['root', 'pid', 'gate'].find((name) => name in flags);
  if (other !== undefined) return `--require and --${other} are two questions: ask one`;
  if (paths.length === 0)
    return '--require needs a FILE: a directory, a tar file, an image or a program, or - for a tar file on stdin';
  if (Array.isArray(flags.require))
    return '--require: given more than once; write a list, as linux/amd64,linux/386';
  const wanted = wantedPlatforms(String(flags.require));
  if (typeof wanted === 'string') return `--require: ${wanted}`;
  const given = flags.rename === undefined ? [] : [flags.rename].flat();
  const read = given.map((one) => renameOf(bytesOf(String(one))));
  const wrong = read.find((one) => typeof one === 'string');
  if (typeof wrong === 'string') return `--rename: ${textOf(wrong)}`;
  const renames = read.filter((one) => typeof one !== 'string');
  const twice = doublePlaces(renames);
  if (twice.length > 0) return `--rename: two files would become ${textOf(twice.join(', '))}`;
  const sums = flags.checksums === undefined ? null : await sumsIn(String(flags.checksums));
  return typeof sums === 'string' ? sums : { wanted, sums, renames };
}

const mostSums = 64 * 1024 * 1024;

async function sumsIn(path: string): Promise<Checksums | string> {
  const reached = await reach(path);
  if (!reached.ok) return `--checksums: ${reached.message}`;
  const text = beginningOf(path);
  if (text === null) return `--checksums: ${path} cannot be read`;
  const { sums, bad } = readChecksums(text);
  if (bad !== null)
    return `--checksums: ${path}:${bad}: expected a line of sha256sum: 64 hexadecimal digits, two blanks, a name`;
  return sums.size === 0 ? `--checksums: ${path} lists no file` : sums;
}

/** As a byte string. */
function beginningOf(path: string): string | null {
  let fd: number | null = null;
  try {
    fd = openSync(Buffer.from(bytesOf(path), 'latin1'), constants.O_RDONLY | constants.O_NONBLOCK);
    let text = '';
    const piece = Buffer.alloc(65_536);
    for (let at = 0; at < mostSums; ) {
      const count = readSync(fd, piece, 0, piece.length, null);
      if (count === 0) break;
      text += piece.toString('latin1', 0, count);
      at += count;
    }
    return text;
  } catch {
    return null;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
