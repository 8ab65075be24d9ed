# The boot after: the same disk, and nothing of the boot before is believed.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2154
. ./lib.sh
old=/var/lib/vm-before
this_boot=$(cat /proc/sys/kernel/random/boot_id)
of_this_boot() { grep -q "$this_boot" /run/binfmt-keeper/state.json; }
check 'it is another boot' test "$this_boot" != "$(cat $old/boot_id)"
check 'after a reboot the unit comes up by itself' until_true 180 active
check 'it verifies its platforms' until_true 180 verified
say "# $(systemctl show -P StatusText binfmt-keeper), verified $(now) s after the kernel began"
check 'a foreign program runs' runs aarch64
check 'what was asked for in the boot before is not kept' runs_not riscv64
check 'the anchor is mounted' mounted "$anchor"
check 'its state is of this boot' until_true 120 of_this_boot
check 'nothing was healed, because nothing was lost' test -z "$(journalctl -q -b -u binfmt-keeper -o cat | grep -i healed)"

# Somebody who keeps /run over a reboot, or puts it back.
systemctl stop binfmt-keeper
cp -a $old/*.json /run/binfmt-keeper/
check 'files of the boot before lie there again' grep -q "$(cat $old/boot_id)" /run/binfmt-keeper/state.json
check 'it starts all the same' systemctl start binfmt-keeper
check 'and verifies' until_true 120 verified
check 'its state is of this boot again' until_true 120 of_this_boot
check 'what was asked for then is still not kept' runs_not riscv64
. ./http.sh

# What others have in /run/binfmt.d is not ours to clean.
mkdir -p /run/binfmt.d
echo '# of somebody else' >/run/binfmt.d/vm-clean.conf
systemctl stop binfmt-keeper
check 'systemctl clean' systemctl clean --what=runtime binfmt-keeper
check 'leaves the file of somebody else' test -e /run/binfmt.d/vm-clean.conf
rm -f /run/binfmt.d/vm-clean.conf
rmdir /run/binfmt.d
check 'it starts without /run/binfmt.d' systemctl start binfmt-keeper
check 'and verifies again' until_true 120 verified
check 'which others may read' test "$(stat -c %a /run/binfmt.d)" = 755

# Uninstalling takes what systemd-binfmt registered for us, too.
published=/run/binfmt.d/qemu-aarch64.conf
printf 'platforms: [linux/arm64]\npublish: {binfmtD: true}\n' >/etc/binfmt-keeper/config.yaml
systemctl reload binfmt-keeper
check 'published again' until_true 120 test -e $published
check 'systemd-binfmt registers it' systemctl restart systemd-binfmt
check 'there are two entries for one platform' until_true 120 eval '[ -e "$main/qemu-aarch64" ] && [ -e "$main/keeper-aarch64" ]'
check 'uninstall all' keeper uninstall all
check 'takes both, and the file' test ! -e "$main/qemu-aarch64" -a ! -e "$main/keeper-aarch64" -a ! -e $published
check 'a foreign program runs no longer' runs_not aarch64
check 'the entry of somebody else stays' test -e "$main/vm-other"
