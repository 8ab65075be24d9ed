import { elfHeader, type ProgramFile } from '../kernel/elf.ts';
import type { Entry } from '../kernel/entry.ts';
import { matchesHeader } from '../kernel/match.ts';
import type { Matcher } from '../kernel/registration.ts';
import type { NativeHost, NativePrograms } from './acceptance.ts';

/** What an entry takes of that which the host runs by itself. */
export interface Danger {
  /**
   * `programs` and `scripts`: next to nothing starts any more. `sibling`: 32-bit programs run by the entry though the
   * CPU runs them. `some`: a few files only.
   */
  readonly kind: 'programs' | 'scripts' | 'sibling' | 'some';
  /** The files, in a few words. */
  readonly what: string;
}

/**
 * What an entry, as long as it is enabled, takes of the host's own programs; null for nothing. An own handler is refused
 * where it contradicts nothing that a native program must have. That is too much to ask of others: a line for AppImages is
 * one of native programs, and harms nobody. Here it counts what programs begin with, and what files of this host do.
 */
export function dangerOf(matcher: Matcher | null, natives: NativePrograms | undefined): Danger | null {
  if (matcher === null || natives === undefined) return null;
  if (matcher.kind === 'extension') return ofExtension(matcher.extension, natives.files);
  let samples = samplesOf.get(natives);
  if (samples === undefined) {
    samples = makeSamples(natives);
    samplesOf.set(natives, samples);
  }
  const taken = samples.find(({ header }) => matchesHeader(matcher, header));
  return taken === undefined ? null : { kind: taken.kind, what: taken.what };
}

/** Whether next to nothing can be started beside such an entry. */
export function stopsHost(danger: Danger | null): boolean {
  return danger?.kind === 'programs' || danger?.kind === 'scripts';
}

/** The entries that stop the host's programs now, or would if the instance were on; in search order. */
export function stoppersAmong(
  entries: readonly Entry[],
  natives: NativePrograms | undefined,
): readonly Entry[] {
  return entries.filter((e) => e.enabled && stopsHost(dangerOf(e.matcher, natives)));
}

interface Sample extends Danger {
  readonly header: Uint8Array;
}

const samplesOf = new WeakMap<NativePrograms, readonly Sample[]>();

/** In this order the worst is found first. ELF OSABI: 0 is what most have, 3 is GNU's; e_type: 2 and 3 are programs. */
function makeSamples({ files, sibling, ...own }: NativePrograms): readonly Sample[] {
  const elves = (facts: Pick<NativeHost, 'machine' | 'class' | 'data'>): readonly Uint8Array[] =>
    [2, 3].flatMap((type) => [0, 3].map((osabi) => elfHeader({ ...facts, type, osabi })));
  const programs = `native programs (ELF machine ${own.machine})`;
  return [
    ...files.map(({ path, header }) => sample('programs', `${programs}, such as ${path}`, header)),
    ...elves(own).map((header) => sample('programs', programs, header)),
    ...shells.map((line) => sample('scripts', `scripts that begin with ${line}`, bytes(`${line}\n`))),
    ...(sibling === null ? [] : elves({ ...sibling, data: own.data })).map((header) =>
      sample(
        'sibling',
        `32-bit programs (ELF machine ${sibling?.machine}), which this host runs by itself`,
        header,
      ),
    ),
    ...languages.map((line) => sample('some', `scripts that begin with ${line}`, bytes(`${line}\n`))),
  ];
}

const shells = ['#!/bin/sh', '#! /bin/sh', '#!/bin/sh -e', '#!/bin/bash', '#!/usr/bin/env bash'];
const languages = ['#!/usr/bin/python3', '#!/usr/bin/env python3', '#!/usr/bin/perl', '#!/usr/bin/perl -w'];

function sample(kind: Danger['kind'], what: string, header: Uint8Array): Sample {
  return { kind, what, header };
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** By name no program is stopped that is called otherwise; versioned loaders and interpreters end in a number. */
function ofExtension(extension: string, files: readonly ProgramFile[]): Danger | null {
  const file = files.find(({ path }) => path.slice(path.lastIndexOf('/')).endsWith(`.${extension}`));
  if (file !== undefined)
    return { kind: 'some', what: `programs called *.${extension}, such as ${file.path}` };
  if (!/^(so|[0-9]+)$/.test(extension)) return null;
  return { kind: 'some', what: `programs called *.${extension}, as loaders and interpreters are` };
}
