import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { nativePrograms } from '../../../src/host/probe/native-programs.ts';
import { hostArchitecture } from '../../../src/host/system/identity.ts';
import { scratch } from '../scratch.ts';

test('programs are known by how the files begin that run here, this one first', async () => {
  const found = await nativePrograms(hostArchitecture());
  const own = readFileSync(process.execPath).subarray(0, 256);
  assert.deepEqual(found[0], { path: realpathSync(process.execPath), header: Uint8Array.from(own) });
  assert.ok(found.some(({ path }) => path === '/bin/sh'));
  for (const { header } of found) assert.ok(header.length <= 256);
});

test('what is missing, no file or no such program is left out', async () => {
  const dir = scratch();
  mkdirSync(`${dir}/directory`);
  writeFileSync(`${dir}/script`, '#!/bin/sh\n');
  writeFileSync(`${dir}/empty`, '');
  const paths = ['directory', 'script', 'empty', 'missing'].map((name) => `${dir}/${name}`);
  assert.deepEqual(await nativePrograms(hostArchitecture(), paths), []);
  const other = { ...hostArchitecture(), machine: 1 };
  assert.deepEqual(await nativePrograms(other), []);
});
