// The daemon in a container whose process 1 is the host's, in a test whose process ids are not the machine's own.
import { readlinkSync } from 'node:fs';
import { placeOf } from '../../src/host/mounts/place.ts';
import { runOddDaemon } from './odd-daemon.ts';

await runOddDaemon({}, { placeOf: (path) => placeOf(path, readlinkSync('/proc/1/ns/pid')) });
