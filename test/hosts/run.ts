import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawHosts } from './draw.ts';

writeFileSync(fileURLToPath(new URL('../../docs/hosts.md', import.meta.url)), drawHosts());
