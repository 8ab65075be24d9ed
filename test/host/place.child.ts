// Prints what is found of each path given, as JSON.
import { placeOf } from '../../src/host/place.ts';

const found: Record<string, unknown> = {};
for (const path of process.argv.slice(2)) found[path] = await placeOf(path);
process.stdout.write(JSON.stringify(found));
