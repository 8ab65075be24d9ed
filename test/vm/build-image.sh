#!/usr/bin/env bash
# Builds the machine that the suite boots: KERNEL INITRD ROOT below a directory. Usage: build-image.sh DIRECTORY [SUITE]
# Needs mmdebstrap, setfiles (policycoreutils) and mke2fs, and root for labels and device files.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$1
suite=${2:-bookworm}
mirror=${BINFMT_KEEPER_VM_MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

sources=("deb $mirror bookworm main")
kernel=linux-image-amd64
if [ "$suite" = backports ]; then
  sources+=("deb $mirror bookworm-backports main")
  kernel=linux-image-amd64/bookworm-backports
fi

packages=systemd-sysv,udev,dbus,kmod,initramfs-tools,busybox-static,e2fsprogs
packages+=,selinux-policy-default,policycoreutils,selinux-utils,qemu-user-static
# The kernel's modules and the emulators are most of the size; what the suite does not touch is never unpacked.
mmdebstrap --mode=root --variant=apt --include="$packages,$kernel" \
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
  bookworm "$root" "${sources[@]}"

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
cp "$root"/boot/vmlinuz-* "$work/out/kernel"
cp "$root"/boot/initrd.img-* "$work/out/initrd"
rm -rf "${root:?}"/boot/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
size=$(($(du -sm "$root" | cut -f1) + 700))
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$work/out/root.img" "${size}M"
rm -rf "$target"
mv "$work/out" "$target"
