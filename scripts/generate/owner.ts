/**
 * `npm run owner -- NAME`: writes the owner of the repository, declared in package.json, wherever an address is made
 * of it: links, image names, chart, runbooks. Without a name it repairs what differs. Until a fork sets it, it is the
 * placeholder OWNER.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFiles } from './project-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Registries of images know lower case only, which the placeholder is not: nobody can pull it by accident. */
const address =
  /(\bgithub\.com\/|\braw\.githubusercontent\.com\/|\bghcr\.io\/|\buses: )([A-Za-z0-9-]+)(?=\/(?:charts\/)?binfmt-keeper\b)/g;

/** The owner that package.json names. */
export function declaredOwner(): string {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, , owner = ''] = /(github\.com)\/([^/]+)\//.exec(repository.url) ?? [];
  return owner;
}

/** A text with every address of the project under this owner. */
export function withOwner(text: string, owner: string): string {
  return text.replace(address, (_, before: string) =>
    before === 'ghcr.io/' && owner !== 'OWNER' ? `${before}${owner.toLowerCase()}` : `${before}${owner}`,
  );
}

/** Files of the project whose addresses name another owner than this, with the text that they should have. */
export function filesOfAnotherOwner(owner: string): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const file of projectFiles(root).filter((name) => !name.startsWith('test/'))) {
    const text = readFileSync(join(root, file), 'utf8');
    const wanted = withOwner(text, owner);
    if (wanted !== text) changed.set(file, wanted);
  }
  return changed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const owner = process.argv[2] ?? declaredOwner();
  if (!/^[A-Za-z0-9](-?[A-Za-z0-9])*$/.test(owner) || process.argv.length > 3)
    throw new Error(`expected one name of a user or organization, got ${process.argv.slice(2).join(' ')}`);
  for (const [file, text] of filesOfAnotherOwner(owner)) {
    writeFileSync(join(root, file), text);
    console.log(file);
  }
}
