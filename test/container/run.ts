// `npm run test:container`: the image with real podman on this machine's own instance, foreign architectures only.
import { becomeHost } from './host.ts';

if (becomeHost()) await import('./suite.ts');
