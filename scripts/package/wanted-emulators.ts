/** Prints the names of the emulators that the platforms in a configuration need, for `npm start`: JSON in, JSON out. */
import { resolvePlatform } from '../../src/core/platforms/platforms.ts';
import { selectArchitectures } from '../../src/core/platforms/select.ts';

const host = resolvePlatform(process.arch);
const { chosen } = selectArchitectures(JSON.parse(process.argv[2] ?? '"all"'), {
  target: 'target' in host ? host.target : '',
  runsNatively: [],
});
console.log(JSON.stringify(chosen.map(({ interpreter }) => interpreter)));
