import type { Mount } from '../../core/kernel/mountinfo.ts';

/**
 * Whether what lies on a mount answers without another machine or process: to look at a name there takes microseconds,
 * where a thread for it takes a start a tenth of a millisecond each time.
 */
export function isLocal(mount: Mount | null): boolean {
  return mount !== null && local.has(mount.type);
}

/** Everything not named here is tried by a child. */
const local = new Set(
  'bcachefs btrfs devtmpfs erofs exfat ext2 ext3 ext4 f2fs iso9660 overlay proc ramfs rootfs squashfs sysfs tmpfs vfat xfs zfs'.split(
    ' ',
  ),
);
