import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declaredOwner, filesOfAnotherOwner, withOwner } from '../scripts/generate/owner.ts';
import { projectFiles } from '../scripts/generate/project-files.ts';
import { repository } from '../src/core/project.ts';
import { version } from '../src/core/version.ts';
import { root } from './architecture/imports.ts';

const owner = declaredOwner();

test('every address of the project names the owner that package.json declares', () => {
  assert.match(owner, /^[A-Za-z0-9-]+$/);
  assert.deepEqual([...filesOfAnotherOwner(owner).keys()], []);
});

test('package.json, program, units and alerts have one address', () => {
  const {
    repository: declared,
    homepage,
    bugs,
  } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal(declared.url, `git+${repository}.git`);
  assert.equal(homepage, `${repository}#readme`);
  assert.equal(bugs, `${repository}/issues`);
});

test('a fork sets its name in one go, and finds everything that named the other', () => {
  const text =
    'https://github.com/OWNER/binfmt-keeper/blob/main/docs/x.md ghcr.io/OWNER/binfmt-keeper:0.1.0 oci://ghcr.io/OWNER/charts/binfmt-keeper github.com/moby/buildkit uses: OWNER/binfmt-keeper@v0.1.0';
  assert.equal(
    withOwner(text, 'Some-Body'),
    'https://github.com/Some-Body/binfmt-keeper/blob/main/docs/x.md ghcr.io/some-body/binfmt-keeper:0.1.0 oci://ghcr.io/some-body/charts/binfmt-keeper github.com/moby/buildkit uses: Some-Body/binfmt-keeper@v0.1.0',
  );
  assert.equal(withOwner(withOwner(text, 'Some-Body'), 'OWNER'), text);
  const named = [...filesOfAnotherOwner('Some-Body').keys()];
  for (const file of ['package.json', 'systemd/binfmt-keeper.service', 'monitoring/binfmt-keeper.rules.yaml'])
    assert.ok(named.includes(file), `${file} is not among ${named.join(' ')}`);
});

test('every image and chart that is named has the version of the program', () => {
  const image = /(?:ghcr\.io\/[A-Za-z0-9-]+|localhost)\/binfmt-keeper:([0-9][0-9A-Za-z.]*)/g;
  const texts = projectFiles(root).map((file) => readFileSync(join(root, file), 'latin1'));
  const versions = new Set(texts.flatMap((text) => [...text.matchAll(image)].map((match) => match[1])));
  assert.deepEqual([...versions], [version]);
});
