import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';

/** The script that teaches a shell this command line: `bash`, `zsh` or `fish`. */
export function completion(shell: string): string {
  return shell === 'zsh' ? zshCompletion() : shell === 'fish' ? fishCompletion() : bashCompletion();
}
