// Looks at the paths given, as ourselves, and prints what is seen of each, by its last name.
import { createProgramLooks } from '../../../src/host/programs/looks.ts';

const look = createProgramLooks();
const sights = await look(process.argv.slice(2), 'ours');
const seen = [...sights].map(([path, sight]) => {
  if (sight.kind !== 'file') return [path, `${sight.kind}: ${sight.why}`];
  const { barred, lacks, head } = sight;
  return [path, barred?.why ?? lacks ?? Buffer.from(head.subarray(0, 4)).toString('latin1')];
});
console.log(JSON.stringify(Object.fromEntries(seen)));
