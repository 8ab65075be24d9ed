import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { identify } from '../../src/core/binary/identify.ts';

/**
 * Makes test/fixtures/binaries.json of real programs: lines of `PACKAGE<TAB>NAME IN IT<TAB>FILE` on stdin. Of each it keeps its
 * first bytes, what else is read to tell what it is, and what readelf says of it, which is the truth of the test.
 */
const lines = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
process.stdout.write(`[\n${lines.map((line) => JSON.stringify(fixtureOf(line))).join(',\n')}\n]\n`);

function fixtureOf(line: string): object {
  const [from = '', name = '', path = ''] = line.split('\t');
  const fd = openSync(path, 'r');
  const { size } = fstatSync(fd);
  const pieceAt = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
  };
  const pieces: [number, string][] = [];
  const head = pieceAt(0, 1024);
  identify(head, { size }, ({ offset, length }) => {
    const all = pieceAt(offset, length);
    // Of a name only the name.
    const bytes = length === 1024 ? all.subarray(0, all.indexOf(0) + 1) : all;
    pieces.push([offset, bytes.toString('base64')]);
    return bytes;
  });
  closeSync(fd);
  const truth = head.toString('latin1', 0, 4) === '\x7fELF' ? readelf(path) : null;
  return { from, name, size, head: head.toString('base64'), pieces, truth };
}

function readelf(path: string): object {
  const text = execFileSync('readelf', ['-hldnW', path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const field = (name: string): string => new RegExp(`^ +${name}: +(.*)$`, 'm').exec(text)?.[1] ?? '';
  return {
    class: Number(field('Class').replace('ELF', '')),
    data: field('Data').includes('little') ? 'little' : 'big',
    machine: field('Machine'),
    osabi: field('OS/ABI'),
    type: field('Type').split(' ')[0],
    flags: field('Flags'),
    loader: /program interpreter: (.*)\]/.exec(text)?.[1] ?? null,
    needed: [...text.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((found) => found[1]),
    soname: /\(SONAME\).*\[(.*)\]/.exec(text)?.[1] ?? null,
    pie: /\(FLAGS_1\).*\bPIE\b/.test(text),
    isa: /x86 ISA needed: (.*)/.exec(text)?.[1] ?? null,
    kernel: /OS: Linux, ABI: (.*)/.exec(text)?.[1] ?? null,
  };
}
