import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawRemedies } from './draw.ts';

writeFileSync(fileURLToPath(new URL('../../docs/remedies.md', import.meta.url)), drawRemedies());
