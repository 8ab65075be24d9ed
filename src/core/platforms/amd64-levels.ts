/**
 * The levels of amd64 above the first that a CPU has, `v2` first, by what /proc/cpuinfo says: those of the x86-64 psABI,
 * as Go's GOAMD64 and containerd name them. The kernel lists what it lets programs use, so AVX is there only with its
 * registers saved.
 */
export function amd64Levels(cpuinfo: string): readonly string[] {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/));
  const missing = levels.findIndex(({ needs }) => !needs.every((flag) => flags.has(flag)));
  return levels.slice(0, missing < 0 ? levels.length : missing).map(({ name }) => name);
}

/** As the kernel spells them: `pni` is SSE3, `abm` has LZCNT. */
const levels = [
  { name: 'v2', needs: ['cx16', 'lahf_lm', 'popcnt', 'pni', 'ssse3', 'sse4_1', 'sse4_2'] },
  { name: 'v3', needs: ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe', 'xsave'] },
  { name: 'v4', needs: ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'] },
] as const;
