#!/bin/sh
# Process 1 of the small arm64 machine: what systemd and a distribution would have done, as far as the suite needs it.
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
insmod /lib/binfmt_misc.ko
exec 3>/dev/console
cd /var/vm/guest || exit 1
sh ./smoke-arm64.sh || echo "not ok arm64: the script ended with $?" >&3
echo "# end $(cut -d' ' -f1 /proc/uptime)" >&3
poweroff -f
