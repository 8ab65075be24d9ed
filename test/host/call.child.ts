// Calls one function of src/host, or a method of what it returns, and prints the result as a line of JSON:
// MODULE FUNCTION ARGUMENTS [METHOD ARGUMENTS], arguments as a JSON array.
const [module, name = '', args = '[]', method, methodArgs = '[]'] = process.argv.slice(2);
const exported: Record<string, (...args: unknown[]) => unknown> = await import(`../../src/host/${module}.ts`);
let result = await exported[name]?.(...JSON.parse(args));
if (method !== undefined) {
  const object = result as Record<string, (...args: unknown[]) => unknown>;
  result = await object[method]?.(...JSON.parse(methodArgs));
}
console.log(JSON.stringify(result));
