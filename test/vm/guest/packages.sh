# What people download, on a machine without Node and network: the Debian package, then the tarball with its install.sh.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2154
. ./lib.sh
no_node() { ! command -v node nodejs npm; }
no_network() { [ "$(echo /sys/class/net/*)" = /sys/class/net/lo ] || { echo /sys/class/net/*; return 1; }; }
say "# kernel $(uname -r), dpkg $(dpkg-query -W -f '${Version}' dpkg), SELinux $(getenforce)"
check 'there is no Node' no_node
check 'there is no network' no_network

program=binfmt-keeper
keeper() { "$program" "$@"; }
told() { keeper status -o json | grep -q "$1"; }
none_of_ours() { local there; there=$(entries "$main" | grep ^keeper-); [ -z "$there" ] || { echo "$there"; return 1; }; }
no_process() { local there; there=$(grep -l -a 'binfmt-keeper/main.mjs' /proc/[0-9]*/cmdline 2>/dev/null); [ -z "$there" ] || { echo "$there"; return 1; }; }
no_file() { local there=() path; for path in "$@"; do [ ! -e "$path" ] && [ ! -L "$path" ] || there+=("$path"); done; [ ${#there[@]} = 0 ] || { echo "still there: ${there[*]}"; return 1; }; }
unknown_unit() { [ "$(systemctl show -P LoadState binfmt-keeper)" = not-found ] || { systemctl show -P LoadState,ActiveState binfmt-keeper; return 1; }; }
works() {
  check "$1: the unit is active" until_true 120 active
  check "$1: it is started at each boot" systemctl is-enabled binfmt-keeper
  check "$1: every handler is verified" until_true 180 verified
  check "$1: a foreign program runs" runs aarch64
  say "# $(systemctl show -P StatusText binfmt-keeper), $(keeper --version | head -1)"
}
gone() {
  check "$1: no process is left" no_process
  check "$1: no entry is left" none_of_ours
  check "$1: the anchor is gone" not_mounted "$anchor"
  check "$1: a foreign program does not run" runs_not aarch64
  check "$1: systemd knows no such unit" unknown_unit
}

deb=$(echo $files/binfmt-keeper_*_amd64.deb)
check 'dpkg -i installs the package' dpkg -i "$deb"
# Nothing is configured, and this machine has three emulators: it serves those, and says that there are not more.
check 'deb: the unit is active without a configuration' until_true 120 active
check 'deb: a foreign program runs without a configuration' until_true 120 runs aarch64
check 'deb: what is missing is told' until_true 120 told source-missing
say "# $(systemctl show -P StatusText binfmt-keeper)"
printf 'platforms: [linux/arm64, linux/riscv64]\n' >/etc/binfmt-keeper/config.yaml
restorecon /etc/binfmt-keeper/config.yaml
works 'deb'
. ./http.sh
check 'dpkg finds every file as it was packed' dpkg --verify binfmt-keeper
before=$(main_pid)
during 'dpkg -i over it, as an upgrade does' dpkg -i "$deb"
check 'nobody noticed the upgrade' none_failed
check 'another process serves' test "$before" != "$(main_pid)"
works 'deb upgraded'
check 'apt-get remove' apt-get -q -y remove binfmt-keeper
gone 'deb removed'
check 'deb removed: programs and units are gone' no_file /usr/libexec/binfmt-keeper /usr/sbin/binfmt-keeper \
  /lib/systemd/system/binfmt-keeper.service /usr/share/doc/binfmt-keeper /run/binfmt-keeper
check 'deb removed: the configuration stays' test -e /etc/binfmt-keeper/config.yaml
check 'deb removed: the emulators stay' test -d /var/lib/binfmt-keeper/store
check 'dpkg -i after the removal' dpkg -i "$deb"
works 'deb once more'
check 'apt-get purge' apt-get -q -y purge binfmt-keeper
gone 'deb purged'
check 'deb purged: nothing of it is left' no_file /etc/binfmt-keeper /var/lib/binfmt-keeper /run/binfmt-keeper \
  /etc/systemd/system/multi-user.target.wants/binfmt-keeper.service
check 'deb purged: dpkg has forgotten it' test -z "$(dpkg-query -W -f '${Status}' binfmt-keeper 2>/dev/null)"

# As docs/systemd.md says. What purging took away was the administrator's to write again.
mkdir -p /etc/binfmt-keeper
printf 'platforms: [linux/arm64, linux/riscv64]\n' >/etc/binfmt-keeper/config.yaml
restorecon -R /etc/binfmt-keeper
mkdir -p /root/download
cd /root/download || exit 1
check 'the tarball is unpacked' tar -xzf $files/binfmt-keeper-*-linux-amd64.tar.gz
release=$(echo /root/download/binfmt-keeper-*-linux-amd64)
check 'it runs where it lies' "$release/sbin/binfmt-keeper" --version
check 'install.sh' "$release/systemd/install.sh"
check 'systemctl enable --now' systemctl enable --now binfmt-keeper
program=/usr/local/sbin/binfmt-keeper
works 'tarball'
. ./http.sh
before=$(main_pid)
check 'install.sh over it' "$release/systemd/install.sh"
check 'it restarts what runs' test "$before" != "$(main_pid)"
works 'tarball upgraded'
check 'install.sh --remove' "$release/systemd/install.sh" --remove
gone 'tarball removed'
check 'tarball removed: programs and units are gone' no_file /usr/local/libexec/binfmt-keeper /usr/local/sbin/binfmt-keeper \
  /usr/local/lib/systemd/system/binfmt-keeper.service /usr/local/share/doc/binfmt-keeper /run/binfmt-keeper \
  /etc/systemd/system/multi-user.target.wants/binfmt-keeper.service

check 'install.sh with a PREFIX of its own, as where /usr is read-only' env PREFIX=/opt/binfmt-keeper "$release/systemd/install.sh"
check 'systemctl enable --now' systemctl enable --now binfmt-keeper
program=/opt/binfmt-keeper/sbin/binfmt-keeper
works 'PREFIX'
check 'install.sh --remove with it' env PREFIX=/opt/binfmt-keeper "$release/systemd/install.sh" --remove
gone 'PREFIX removed'
check 'PREFIX removed: nothing is left' no_file /opt/binfmt-keeper /etc/systemd/system/binfmt-keeper.service \
  /etc/systemd/system/multi-user.target.wants/binfmt-keeper.service
