import { open } from 'node:fs/promises';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { type Imported, importHandlers } from '../../core/import/import.ts';
import { visible } from '../../core/text/visible.ts';

/** Reads what other tools have registered or would register, and prints it as handlers of a configuration. */
export async function importCommand(names: readonly string[]): Promise<ExitCode> {
  const given: Imported[] = [];
  let failed = false;
  const say = (line: string): void => {
    failed = true;
    process.stderr.write(`binfmt-keeper: ${visible(line)}\n`);
  };
  for (const name of names) {
    const read = await readText(name);
    if ('why' in read) say(`${name}: ${read.why}`);
    else given.push({ text: read.text, path: isStdin(name) ? null : name });
  }
  const { yaml, count, lost } = importHandlers(given);
  for (const line of lost) say(line);
  if (count === 0 && lost.length === 0 && given.length > 0) say('there is no registration in it');
  process.stdout.write(yaml);
  return failed ? exitCodes.failed : exitCodes.ok;
}

/** More than all formats of the world. */
const mostBytes = 1024 * 1024;

function isStdin(name: string): boolean {
  return name === '-' || name === '/dev/stdin';
}

async function readText(name: string): Promise<{ readonly text: string } | { readonly why: string }> {
  try {
    const file = isStdin(name) ? null : await open(name);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of file === null ? process.stdin : file.createReadStream()) {
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      if (length > mostBytes) return { why: `is larger than ${mostBytes} bytes` };
    }
    return { text: Buffer.concat(chunks).toString('latin1') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { why: `cannot be read (${code})` };
  }
}
