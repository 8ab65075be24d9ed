# The service on a systemd host: the original failure first, then each fault with programs running all the while.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2154
. ./lib.sh
. ./install.sh

say "# kernel $(uname -r), $(systemctl --version | head -1), SELinux $(getenforce), $(id -Z)"

# Without the keeper. Nobody touched the automount, so the only mount is the one that the one-shot makes. To look without
# touching, only the mount table is read.
check 'the automount waits' automount_waits
check 'and was never triggered: nothing is mounted' not_mounted "$main"
one_shot() {
  unshare -m --propagation private bash -c '. ./lib.sh; set -e
    mount -t binfmt_misc b /mnt
    line one-shot aarch64 /usr/bin/qemu-aarch64-static >/mnt/register
    runs aarch64' 3>&-
}
check 'a one-shot without keeper registers and proves' one_shot
check 'and what it registered has died with it: exec format error' fails_with_enoexec aarch64

install_keeper
# So that systemd-binfmt has something to do; nobody runs such a file.
mkdir -p /etc/binfmt.d
echo ':vm-other:E::vm-other::/bin/true:' >/etc/binfmt.d/vm-other.conf
restorecon -RF /etc/binfmt.d
started=$(now)
check 'the unit starts' systemctl start binfmt-keeper
say "# start took $(echo "$started $(now)" | awk '{ print $2 - $1 }') s"
check 'it is active' active
check 'it verifies its platform' until_true 120 verified
logged() { journalctl -u binfmt-keeper -o cat | grep -q "$1"; }
check 'the log says what to type next, as it is typed' logged 'next: binfmt-keeper status'
check 'a foreign program runs' runs aarch64
check 'the anchor is mounted' mounted "$anchor"
check 'so is the main mount, whose automount nobody else has touched' mounted "$main"
. ./http.sh
say "# $(systemctl show -P StatusText binfmt-keeper)"

. ./labels.sh

during 'systemctl restart systemd-binfmt' systemctl restart systemd-binfmt
check 'systemd-binfmt could be restarted' systemctl is-active systemd-binfmt
check 'after it everything is verified' until_true 120 verified
check 'its own entry is there' test -e "$main/vm-other"

restarts=$(sed -n 's/.*vm\.restarts=\([0-9]*\).*/\1/p' /proc/cmdline)
during "$restarts restarts of systemd-binfmt" restart_binfmt "$restarts"
check 'after them everything is verified' until_true 120 verified
. ./binfmtd.sh

during 'systemctl stop proc-sys-fs-binfmt_misc.mount' systemctl stop proc-sys-fs-binfmt_misc.mount
check 'no program failed' none_failed
check 'the main mount comes back, or its automount waits for whoever touches it' until_true 120 main_serves

during 'umount -l of the main mount' umount -l "$main"
check 'no program failed by it' none_failed
check 'the main mount comes back' until_true 240 mounted "$main"

killed() { systemctl kill -s KILL binfmt-keeper; sleep 1; until_true 120 verified; }
before=$(main_pid)
during 'systemctl kill -s KILL binfmt-keeper' killed
check 'nobody noticed the crash' none_failed
check 'another process serves' test "$before" != "$(main_pid)"
# `status` proves what stands there before the daemon has said that it is ready.
check 'it is active again' until_true 120 active

during 'systemctl restart binfmt-keeper' systemctl restart binfmt-keeper
check 'nobody noticed the restart' none_failed
check 'verified after the restart' until_true 120 verified

before=$(main_pid)
during 'systemctl daemon-reload' systemctl daemon-reload
check 'nobody noticed daemon-reload' none_failed
check 'the same process serves' test "$before" = "$(main_pid)"

check 'riscv64 does not run yet' runs_not riscv64
printf 'platforms: [linux/arm64, linux/riscv64, linux/386]\n' >/etc/binfmt-keeper/config.yaml
during 'systemctl reload binfmt-keeper' systemctl reload binfmt-keeper
check 'nobody noticed the reload' none_failed
check 'the platform that was added runs' until_true 120 runs riscv64
check '32-bit programs of the host stay the host'"'"'s own' test ! -e "$main/keeper-i386"
check 'the same process serves after reload' test "$before" = "$(main_pid)"

. ./labels-after.sh

before=$(main_pid)
check 'the unit has a watchdog' test "$(systemctl show -P WatchdogUSec binfmt-keeper)" = 30s
restarted=$(systemctl show -P NRestarts binfmt-keeper)
during 'a loop that stands still' stalled "$before"
check 'nobody noticed the stall' none_failed
check 'it was systemd that replaced the process' test "$(systemctl show -P NRestarts binfmt-keeper)" -gt "$restarted"
check 'verified after the watchdog' until_true 120 verified

. ./memory.sh

during 'systemctl stop binfmt-keeper' systemctl stop binfmt-keeper
check 'handlers stay when the service stops' none_failed
systemctl start binfmt-keeper
check 'verified before the reboot' until_true 120 verified
. ./before-reboot.sh
