// Stands for koffi inside the bundle: its own loader looks for a node_modules that is not there.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export default load(['glibc', 'musl']);

/** The build for the C library that this process has; one for another library cannot be loaded. */
function load([libc, ...others]) {
  try {
    return require(`./koffi-${process.arch}-${libc}.node`);
  } catch (error) {
    if (others.length > 0) return load(others);
    throw error;
  }
}
