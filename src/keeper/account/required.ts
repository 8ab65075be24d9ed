import type { Config } from '../../core/config/config.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';

/** Whether readiness waits for it. */
export function isRequired(config: Config, key: string, provable: boolean): boolean {
  const { required } = config.readiness;
  if (required === 'auto') return provable && config.probe.enabled;
  return required.some((name) => {
    const found = resolvePlatform(name);
    return ('target' in found && found.target === key) || bytesOf(name) === key;
  });
}
