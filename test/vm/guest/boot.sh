# Runs the part that the kernel's command line names: PART.sh in the first boot; where there is a PART-2.sh the machine
# is rebooted, from the same disk, and that comes next.
# shellcheck shell=bash
set -u
cd /var/vm/guest || exit 1
exec 3>/dev/ttyS1
part=$(sed -n 's/.*vm\.part=\([a-z-]*\).*/\1/p' /proc/cmdline)
boots=$(($(cat /var/lib/vm-boots 2>/dev/null || echo 0) + 1))
echo $boots >/var/lib/vm-boots
echo "# boot $boots $(cut -d' ' -f1 /proc/uptime)" >&3
# An emulated machine on a busy one is slow; what hangs hangs for longer than this.
limits=/etc/systemd/system/binfmt-keeper.service.d
[ -d $limits ] || {
  mkdir -p $limits
  printf '[Service]\nTimeoutStartSec=180s\nTimeoutStopSec=90s\n' >$limits/vm.conf
  restorecon -R $limits
}
script=$part.sh
[ $boots = 1 ] || script=$part-$boots.sh
[ -e "$script" ] || { echo "not ok $part: there is no part $script: an unexpected reboot" >&3; systemctl poweroff; exit; }
bash "./$script" || echo "not ok $script: it ended with $?" >&3
if [ -e "$part-$((boots + 1)).sh" ]; then
  echo "# reboot $(cut -d' ' -f1 /proc/uptime)" >&3
  systemctl reboot
else
  echo "# end $(cut -d' ' -f1 /proc/uptime)" >&3
  systemctl poweroff
fi
