import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Names of what git ignores (.gitignore), and of git itself. */
const ignored = /^(node_modules|dist|dist-packages|browser-pictures|results|\.git|\.install-\d+|.*\.log)$/;

/** Every file of the project by its path in it, also where there is no git and no clone: a tarball is a project too. */
export function projectFiles(root: string, directory: string = root): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !ignored.test(name))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? projectFiles(root, path) : [relative(root, path)];
    });
}
