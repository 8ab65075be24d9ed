#!/bin/bash
# Process 1 of the Bottlerocket-like machine: its policy, its file systems with their labels and options, and the suite.
# Boot 1 is a host without a mount of binfmt_misc of its own (1.23 to 1.26), boot 2 one with it (1.27 and newer).
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
if [ "${1:-}" != labelled ]; then
  mount -t selinuxfs selinuxfs /sys/fs/selinux
  cat /etc/selinux/bottlerocket/policy/policy.33 >/sys/fs/selinux/load
  exec runcon system_u:system_r:init_t:s0 /bin/bash "$0" labelled
fi
grep -q 'vm.permissive' /proc/cmdline || echo 1 >/sys/fs/selinux/enforce
echo 0 >/proc/sys/kernel/printk_ratelimit
mount --make-rshared /
# The initrd has mounted /proc, /sys, /dev and /run, the last with noexec, as there.
mkdir -p /dev/shm
mount -t tmpfs -o nosuid,nodev,noexec tmpfs /dev/shm
mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# The data's disk, of which /var, /opt and /mnt may be executed from.
mount -t ext4 -o nosuid,nodev,noexec /dev/vdc /local
for place in var opt mnt; do
  mount --bind /local/$place /$place
  mount -o remount,bind,nosuid,nodev,exec /$place
done
mount -o remount,ro /
boots=$(($(cat /local/boots 2>/dev/null || echo 0) + 1))
echo $boots >/local/boots
echo "# boot $boots $(cut -d' ' -f1 /proc/uptime)" >/dev/ttyS1
modprobe -a binfmt_misc overlay
[ $boots = 1 ] || mount -t binfmt_misc -o nosuid,nodev,noexec binfmt_misc /proc/sys/fs/binfmt_misc
mkdir -p /var/vm
tar -xf /dev/vdb -C /var/vm
cd /var/vm/guest || exit
exec 3>/dev/ttyS1
bash ./bottlerocket.sh $boots || say "not ok bottlerocket.sh: it ended with $?"
sync
if [ $boots = 1 ]; then
  echo "# reboot $(cut -d' ' -f1 /proc/uptime)" >&3
  busybox reboot -f
else
  echo "# end $(cut -d' ' -f1 /proc/uptime)" >&3
  busybox poweroff -f
fi
