import { runChild } from '../system/child.ts';

/** Lines with a denial that names an emulator or binfmt_misc, of the kernel log and the audit log; null where neither may be read. */
export async function readDenials(): Promise<readonly string[] | null> {
  const options = { timeoutMs: 2000, maxOutput: 4 << 20 };
  const [kernel, audit] = await Promise.all([
    runChild('dmesg', [], options),
    runChild('tail', ['-c', '1000000', '/var/log/audit/audit.log'], options),
  ]);
  if (kernel.status !== 0 && audit.status !== 0) return null;
  const lines = [kernel, audit]
    .filter(({ status }) => status === 0)
    .flatMap(({ stdout }) => stdout.split('\n'));
  return lines.filter((line) => denial.test(line) && emulator.test(line)).slice(-50);
}

const denial = /avc:\s+denied|apparmor="DENIED"/;
const emulator = /qemu-[a-z0-9_]+|binfmt_misc|binfmt-keeper|rosetta|box64|FEX/;
