# A host whose binfmt_misc is masked: no automount, no mount, only the anchor.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2154
. ./lib.sh
. ./install.sh
say "# kernel $(uname -r), automount $(systemctl is-enabled proc-sys-fs-binfmt_misc.automount)"
install_keeper
check 'the unit starts' systemctl start binfmt-keeper
check 'it verifies its platform' until_true 120 verified
check 'a foreign program runs' runs aarch64
check 'the anchor is mounted' mounted "$anchor"
say "# main mount: $(mounted "$main" && echo there || echo not there), $(systemctl show -P StatusText binfmt-keeper)"
check 'it stays active' active
