import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fromSnapshot } from '../../scripts/package/snapshot.ts';
import { catalogue } from '../../src/core/platforms/catalogue.ts';
import { repository } from '../../src/core/project.ts';
import { version } from '../../src/core/version.ts';

const text = readFileSync(new URL('../../Containerfile', import.meta.url), 'utf8');
const program = readFileSync(new URL('../../src/main.ts', import.meta.url), 'utf8');

describe('the Containerfile', () => {
  it('brings an emulator for every platform that has an OCI name', () => {
    const targets = catalogue.filter((a) => a.usable && a.platforms.length > 0).map((a) => a.target);
    assert.equal(/^ARG EMULATOR_TARGETS="(.*)"$/m.exec(text)?.[1], targets.join(' '));
  });

  it('has the version of the program', () => {
    assert.equal(/^ARG VERSION=(.*)$/m.exec(text)?.[1], version);
  });

  it('says where the project lives, by the address that package.json declares', () => {
    assert.equal(/^ARG SOURCE=(.*)$/m.exec(text)?.[1], repository);
    assert.ok(/ org\.opencontainers\.image\.source="\$\{SOURCE\}"/.test(text));
  });

  it('has the programs that a sandbox is made with and entered by', () => {
    const rootfs = readFileSync(new URL('../../container/rootfs.sh', import.meta.url), 'utf8');
    const applets = /^applets='(.*)'$/m.exec(rootfs)?.[1]?.split(' ') ?? [];
    for (const name of ['unshare', 'nsenter', 'sh']) assert.ok(applets.includes(name), name);
  });

  it('names no image by a tag that moves', () => {
    const images = [...text.matchAll(/^ARG \w*IMAGE=(.+)$/gm)].map(([, name = '']) => name);
    assert.ok(images.length > 0);
    for (const name of images) assert.match(name, /:\d+\.\d+\.\d+\b|:\w+-\d{8}\b|@sha256:/);
  });

  it('runs the daemon with the settings of the first line of main.ts', () => {
    const flags = /^#!\/usr\/bin\/env -S node (.*)$/m.exec(program)?.[1] ?? 'none';
    const [, entryPoint = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(text) ?? [];
    const line = ` ${flags} ${fromSnapshot('/usr/lib/binfmt-keeper')} /usr/lib/binfmt-keeper/main.mjs`;
    assert.ok(JSON.parse(entryPoint).join(' ').includes(line), entryPoint);
    const [, health = ''] = /^ {2}CMD (\[.*\])$/m.exec(text) ?? [];
    assert.ok(JSON.parse(health).join(' ').includes(line), health);
    const command = readFileSync(new URL('../../container/binfmt-keeper', import.meta.url), 'utf8');
    assert.ok(command.includes(line), command);
    assert.ok(text.includes(`scripts/package/snapshot.ts dist --disable-sigusr1 ${flags} `));
  });
});
