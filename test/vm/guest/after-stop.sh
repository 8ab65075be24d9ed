# Run by systemd while the machine goes down, when the keeper and systemd-binfmt have stopped.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2154
cd /var/vm/guest || exit 1
exec 3>/dev/ttyS1
. ./lib.sh
none_of_ours() { local there; there=$(entries "$anchor" | tr '\n' ' '); [ -z "$there" ] || { echo "there are $there"; return 1; }; }
check 'going down: the anchor is still there to look at' mounted "$anchor"
check 'going down: the keeper has stopped' test "$(main_pid)" = 0
check 'going down: the flush of systemd-binfmt has won' none_of_ours
sleep 3
check 'going down: nothing was registered after it' none_of_ours
