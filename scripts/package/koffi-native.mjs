// Stands for koffi inside the bundle: its own loader looks for a node_modules that is not there.
import { fileURLToPath } from 'node:url';

export default load(['glibc', 'musl']);

/**
 * The build for the C library that this process has; one for another library cannot be loaded. As `require` does it, whose
 * own look at the path takes a start from a snapshot 3 ms.
 */
function load([libc, ...others]) {
  const module = { exports: {} };
  try {
    process.dlopen(module, fileURLToPath(new URL(`koffi-${process.arch}-${libc}.node`, import.meta.url)));
    return module.exports;
  } catch (error) {
    if (others.length > 0) return load(others);
    throw error;
  }
}
