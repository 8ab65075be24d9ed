// Prints what is found of each path given, as JSON; the first word names the pid namespace of the host, or says `real`.
import { placeOf } from '../../../src/host/mounts/place.ts';

const [host, ...paths] = process.argv.slice(2);
const found: Record<string, unknown> = {};
for (const path of paths) found[path] = await (host === 'real' ? placeOf(path) : placeOf(path, host));
process.stdout.write(JSON.stringify(found));
