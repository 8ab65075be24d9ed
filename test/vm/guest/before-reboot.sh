# What the next boot must not believe, and who looks once systemd-binfmt has stopped. Sourced.
# shellcheck shell=bash disable=SC2154
printf 'platforms: [linux/arm64, linux/386]\n' >/etc/binfmt-keeper/config.yaml
systemctl reload binfmt-keeper
check 'a platform can be asked for until the end of the boot' keeper install linux/riscv64
check 'and runs' runs riscv64
mkdir -p /var/lib/vm-before
cp -a /run/binfmt-keeper/*.json /var/lib/vm-before/
cat /proc/sys/kernel/random/boot_id >/var/lib/vm-before/boot_id
say "# of this boot: $(echo /var/lib/vm-before/*.json | sed 's:/var/lib/vm-before/::g')"
check 'the unit can be enabled' systemctl enable binfmt-keeper

# Stops after the keeper and systemd-binfmt, and before the anchor is unmounted.
cat >/etc/systemd/system/vm-after-stop.service <<'UNIT'
[Unit]
Description=Looks for entries after systemd-binfmt has stopped
DefaultDependencies=no
After=run-binfmt\x2dkeeper-binfmt_misc.mount local-fs.target
Before=systemd-binfmt.service binfmt-keeper.service shutdown.target
Conflicts=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/bash /var/vm/guest/after-stop.sh
TimeoutStopSec=90
[Install]
WantedBy=multi-user.target
UNIT
restorecon /etc/systemd/system/vm-after-stop.service
systemctl daemon-reload
check 'somebody will look after the stop' systemctl enable --now vm-after-stop
check 'systemd-binfmt is active, so that its stop will flush' systemctl is-active systemd-binfmt
