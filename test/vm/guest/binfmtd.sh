# The same restarts where systemd-binfmt itself registers what the keeper publishes. Sourced.
# shellcheck shell=bash disable=SC2154
published=/run/binfmt.d/qemu-aarch64.conf
of_store() { [[ $(interpreter_of "$1") == /var/lib/binfmt-keeper/store/* ]] || { cat "$main/$1"; return 1; }; }
printf 'platforms: [linux/arm64]\npublish: {binfmtD: true}\n' >/etc/binfmt-keeper/config.yaml
check 'publishing is a setting that a reload takes up' systemctl reload binfmt-keeper
check 'what it keeps is published for systemd-binfmt' until_true 120 test -e $published
systemctl reset-failed systemd-binfmt
check 'systemd-binfmt takes it' systemctl restart systemd-binfmt
check 'and registers the emulator of our store' of_store qemu-aarch64
check 'beside it everything is verified' until_true 120 verified
during "$restarts restarts of systemd-binfmt that registers ours" restart_binfmt "$restarts"
check 'after those everything is verified' until_true 120 verified
check 'the entry of systemd-binfmt is left alone' of_store qemu-aarch64
# With aliases the entry stays, as one of them.
printf 'platforms: [linux/arm64]\naliases: off\n' >/etc/binfmt-keeper/config.yaml
systemctl reload binfmt-keeper
check 'what is published goes with the setting' until_true 120 test ! -e $published
check 'and its entry too' until_true 120 test ! -e $main/qemu-aarch64
check 'a foreign program runs all the same' runs aarch64
