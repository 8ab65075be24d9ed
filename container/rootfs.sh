#!/bin/sh
# Lays out the image's files, in a stage of the Containerfile: /rootfs from Debian's packages, /node, and QEMU in /qemu
# (EMULATOR_TARGETS without the machine's own) and /qemu-full. Every package is recorded, and keeps its licence.
set -eu

# busybox has stat, readlink, head and sh, mount has mount and umount; the others are what these and Node link to.
packages='base-files busybox-static gcc-14-base libblkid1 libc6 libgcc-s1 libmount1 libpcre2-8-0 libselinux1
libsmartcols1 libstdc++6 mount tini'
applets='env flock head ls cat nsenter ps readlink setpriv sh stat true unshare'

export DEBIAN_FRONTEND=noninteractive
root=/rootfs
doc=usr/share/doc/binfmt-keeper
list=/packages.tsv
debs=$(mktemp -d)
chmod 755 "$debs"

add_suite() {
  [ -n "${EMULATOR_SUITE:-}" ] || return 0
  sources=/etc/apt/sources.list.d/debian.sources
  awk -v suite="$EMULATOR_SUITE" '/^Suites:/ && !done { $0 = "Suites: " suite; done = 1 } /^$/ { exit } { print }' \
    "$sources" >/etc/apt/sources.list.d/qemu.sources
}

# As root, since the directory is not one that apt's own user may write.
fetch() {
  mkdir -p "$debs/system" "$debs/qemu"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends binutils >/dev/null
  (cd "$debs/system" && apt-get download -qq -o APT::Sandbox::User=root $packages)
  qemu=qemu-user${EMULATOR_SUITE:+/$EMULATOR_SUITE}
  [ -z "${EMULATOR_VERSION:-}" ] || qemu=qemu-user=$EMULATOR_VERSION # from whichever suite has it
  (cd "$debs/qemu" && apt-get download -qq -o APT::Sandbox::User=root "$qemu")
}

# Unpacks a package into a tree without what nobody reads in a container, and records it where scanners look for it.
unpack() {
  dpkg-deb -x "$1" "$2"
  name=$(dpkg-deb -f "$1" Package)
  mkdir -p "$root/var/lib/dpkg/status.d"
  { dpkg-deb -f "$1"; echo 'Status: install ok installed'; } >"$root/var/lib/dpkg/status.d/$name"
  dpkg-deb -W --showformat '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' "$1" >>"$list"
}

lean() {
  (cd "$1/usr/share" 2>/dev/null || exit 0
    rm -rf man locale info lintian bash-completion bug base-files)
  find "$1/usr/share/doc" -mindepth 2 ! -type d ! -name copyright -delete 2>/dev/null || true
  rm -rf "$1"/usr/lib/*/gconv "$1"/etc/update-motd.d
}

add_suite
fetch
unpack "$(echo "$debs"/system/base-files_*)" $root
for deb in "$debs"/system/*; do
  case $deb in */base-files_*) ;; *) unpack "$deb" $root ;; esac
done
lean $root
rm $root/usr/bin/tini-static
# Nobody here but root mounts.
chmod u-s $root/usr/bin/mount $root/usr/bin/umount
for applet in $applets; do
  [ -e "$root/usr/bin/$applet" ] || ln -s busybox "$root/usr/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' >$root/etc/passwd
echo 'root:x:0:' >$root/etc/group
mkdir -p $root/var/lib/binfmt-keeper $root/proc $root/sys $root/dev $root/tmp $root/run

mkdir -p /node/usr/bin /node/usr/share/doc/nodejs
strip --strip-unneeded -o /node/usr/bin/node "$(command -v node)"
cp /usr/local/LICENSE /node/usr/share/doc/nodejs/copyright

mkdir /unpacked
unpack "$(echo "$debs"/qemu/*)" /unpacked
lean /unpacked
case $(dpkg --print-architecture) in
  amd64) own=x86_64 ;;
  arm64) own=aarch64 ;;
  ppc64el) own=ppc64le ;;
  *) own=$(dpkg --print-architecture) ;;
esac
cp -r /unpacked/usr/share/doc/qemu-user $root/usr/share/doc/
mkdir /qemu /qemu-full
cp -a /unpacked/usr/bin/qemu-* /qemu-full/
for target in $EMULATOR_TARGETS; do
  [ "$target" = "$own" ] || cp "/unpacked/usr/bin/qemu-$target" /qemu/
done

mkdir -p "$root/$doc"
node_version=$(node --version)
printf 'nodejs\t%s\t%s\tnodejs\t%s\n' "${node_version#v}" "$(dpkg --print-architecture)" "${node_version#v}" >>"$list"
sort "$list" | awk 'BEGIN { print "package\tversion\tarchitecture\tsource\tsource version" } { print }' >"$root/$doc/packages.tsv"
qemu_version=$(awk -F '\t' '$1 == "qemu-user" { print $5 }' "$list")
cat >"$root/$doc/NOTICE" <<END
binfmt-keeper is under Apache-2.0 (LICENSE); what is bundled into it is listed in /usr/lib/binfmt-keeper/LICENSES.txt.

This image also holds programs of others, unchanged but for Node's symbol table: packages.tsv lists them with the name
and the version of their source packages, /usr/share/doc/PACKAGE/copyright has their licences.

QEMU is under the GNU General Public License, version 2. It was built by Debian from the source package
  qemu $qemu_version
which is to be had by
  apt-get source qemu=$qemu_version
and, for as long as Debian lasts, from https://snapshot.debian.org/package/qemu/
Built-Using in /var/lib/dpkg/status.d/qemu-user names the packages that are linked into it.
busybox, mount and the libraries are Debian's too, and their sources are to be had in the same way.
END

chroot $root /usr/bin/busybox true
# Everything that Node needs is there.
cp -a $root /checked
cp /node/usr/bin/node /checked/usr/bin/
chroot /checked /usr/bin/node -e 'process.exit(0)'
chroot /checked /usr/bin/mount --version >/dev/null
chroot /checked /usr/bin/tini --version >/dev/null
rm -rf /checked /unpacked "$debs" /var/lib/apt/lists /var/cache/apt
