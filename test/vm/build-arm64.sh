#!/usr/bin/env bash
# Builds the small arm64 machine: KERNEL and INITRD below a directory, nothing else. Usage: build-arm64.sh DIRECTORY
# Packages are unpacked and never run here, so nothing of arm64 has to be executable on this machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$1
mirror=${BINFMT_KEEPER_VM_MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
small=$work/small

mmdebstrap --mode=root --variant=extract --architectures=arm64 \
  --include=busybox-static,libc6,libstdc++6,qemu-user-static,linux-image-arm64,mount,coreutils \
  --aptopt='APT::Install-Recommends "false"' bookworm "$root" "deb $mirror bookworm main"

mkdir -p "$small"/{bin,dev,proc,sys,run,tmp,var/vm,etc,lib/aarch64-linux-gnu,usr/bin,root}
# As on the host: the paths of libraries lead to one place.
ln -s lib/aarch64-linux-gnu "$small/lib64"
cp "$root/bin/busybox" "$small/bin/busybox"
ln -s busybox "$small/bin/sh"
cp -L "$root/lib/ld-linux-aarch64.so.1" "$small/lib/"
for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libresolv.so.2; do
  cp -L "$root/lib/aarch64-linux-gnu/$name" "$small/lib/aarch64-linux-gnu/"
done
cp -L "$root/usr/lib/aarch64-linux-gnu/libstdc++.so.6" "$small/lib/aarch64-linux-gnu/"
cp "$root"/usr/bin/qemu-{x86_64,i386}-static "$small/usr/bin/"
cp "$root"/lib/modules/*/kernel/fs/binfmt_misc.ko "$small/lib/"
install -m 0755 "$here/guest/init-arm64.sh" "$small/init"

mkdir -p "$work/out"
cp "$root"/boot/vmlinuz-* "$work/out/kernel"
(cd "$small" && find . -print0 | cpio --null --quiet -o -H newc -R 0:0) | gzip -1 >"$work/out/initrd"
rm -rf "$target"
mv "$work/out" "$target"
