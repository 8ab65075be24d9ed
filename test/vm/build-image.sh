#!/usr/bin/env bash
# Builds the machine that the suite boots, with Debian's kernel and that of its backports: `kernel`, `initrd`,
# `kernel-backports`, `initrd-backports` and `root.img` below a directory. Usage: build-image.sh DIRECTORY
# Needs mmdebstrap, setfiles (policycoreutils) and mke2fs, and root for labels and device files.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$1
mirror=${BINFMT_KEEPER_VM_MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

packages=systemd-sysv,udev,dbus,kmod,initramfs-tools,busybox-static,e2fsprogs
packages+=,selinux-policy-default,policycoreutils,selinux-utils,qemu-user-static
# The kernel's modules and the emulators are most of the size; what the suite does not touch is never unpacked.
mmdebstrap --mode=root --variant=apt --include="$packages,linux-image-amd64" \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/{doc,man,locale,i18n}/*' \
  --dpkgopt='path-exclude=/usr/bin/qemu-*' \
  --dpkgopt='path-include=/usr/bin/qemu-aarch64-static' \
  --dpkgopt='path-include=/usr/bin/qemu-riscv64-static' \
  --dpkgopt='path-include=/usr/bin/qemu-i386-static' \
  --dpkgopt='path-exclude=/usr/lib/binfmt.d/qemu-*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/*' \
  --dpkgopt='path-include=/lib/modules/*/kernel/drivers/virtio/*' \
  --dpkgopt='path-include=/lib/modules/*/kernel/drivers/block/virtio_blk*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/sound/*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/net/*' \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"; echo MODULES=list >"$1/etc/initramfs-tools/conf.d/small"; printf "%s\n" ext4 virtio_pci virtio_blk >"$1/etc/initramfs-tools/modules"' \
  --customize-hook='chroot "$1" apt-get install -y -q --no-install-recommends linux-image-amd64/bookworm-backports' \
  bookworm "$root" "deb $mirror bookworm main" "deb $mirror bookworm-backports main"

install -m 0755 "$here/guest/start.sh" "$root/usr/local/sbin/vm-test"
install -m 0644 "$here/guest/vm-test.service" "$root/etc/systemd/system/vm-test.service"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../vm-test.service "$root/etc/systemd/system/multi-user.target.wants/vm-test.service"
# A getty hangs the console up, and the rest would only cost time.
for unit in serial-getty@ttyS0.service getty@tty1.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_reap.service e2scrub_all.timer fstrim.timer systemd-timesyncd.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
echo '/dev/vda / ext4 rw,relatime 0 0' >"$root/etc/fstab"
echo keeper-vm >"$root/etc/hostname"
mkdir -p "$root/etc/systemd/system.conf.d"
printf '[Manager]\nDefaultTimeoutStopSec=60s\n' >"$root/etc/systemd/system.conf.d/vm.conf"

# The policy store of the package is built by its postinst; ours and the test's domain are added to it here, because
# compiling the policy inside the emulated machine takes half a minute.
modules=(test_containers binfmt_keeper binfmt_keeper_refpolicy)
cp "$here/test_containers.cil" "$here"/../../selinux/*.cil "$root/root/"
chroot "$root" semodule -n -s default $(printf -- '-i /root/%s.cil ' "${modules[@]}")
sed -i 's/^SELINUX=.*/SELINUX=enforcing/' "$root/etc/selinux/config"
setfiles -F -q -r "$root" "$root/etc/selinux/default/contexts/files/file_contexts" "$root"

mkdir -p "$work/out"
mapfile -t releases < <(cd "$root/lib/modules" && printf '%s\n' * | sort -V)
[ ${#releases[@]} = 2 ] || { echo "expected two kernels, got ${releases[*]}" >&2; exit 1; }
for i in 0 1; do
  suffix=$([ $i = 0 ] || echo -backports)
  cp "$root/boot/vmlinuz-${releases[i]}" "$work/out/kernel$suffix"
  cp "$root/boot/initrd.img-${releases[i]}" "$work/out/initrd$suffix"
done
rm -rf "${root:?}"/boot/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
size=$(($(du -sm "$root" | cut -f1) + 700))
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$work/out/root.img" "${size}M"
rm -rf "$target"
mv "$work/out" "$target"
