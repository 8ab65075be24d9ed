# A host where amd64 is the foreign platform. For busybox sh.
# shellcheck shell=sh
say() { printf '%s\n' "$*" >&3; }
check() {
  name=$1
  shift
  if said=$("$@" 2>&1); then say "ok $name"; else
    say "not ok $name: $(echo "$said" | tail -n 8 | tr '\n' '|')"
  fi
}
keeper() { /var/vm/release/sbin/binfmt-keeper "$@"; }
runs() { [ "$(printf x | "/var/vm/probes/$1" 2>/dev/null)" = "/var/vm/probes/$1" ]; }
runs_not() { ! runs "$1"; }

say "# kernel $(uname -r) $(uname -m), keeper $(keeper --version 2>&1 | head -n 1)"
check 'an amd64 program does not run yet' runs_not x86_64
mkdir -p /etc/binfmt-keeper
echo 'platforms: [linux/amd64, linux/386]' >/etc/binfmt-keeper/config.yaml
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
check 'install proves linux/amd64 and linux/386' keeper install linux/amd64 linux/386
check 'an amd64 program runs' runs x86_64
check 'a 386 program runs' runs i386
check 'arm64 is the native one and has no entry' test ! -e /proc/sys/fs/binfmt_misc/keeper-aarch64
/var/vm/release/sbin/binfmt-keeper run >/run/daemon.log 2>&1 &
daemon=$!
ready() { keeper status -o json 2>/dev/null | grep -q '"ready": *true'; }
left=20
until ready || [ "$((left -= 1))" = 0 ]; do sleep 1; done
check 'the daemon verifies them' ready
echo -1 >/proc/sys/fs/binfmt_misc/status
left=20
until runs x86_64 || [ "$((left -= 1))" = 0 ]; do sleep 1; done
check 'and heals them after all entries were deleted' runs x86_64
ready_again() { left=20; until ready || [ "$((left -= 1))" = 0 ]; do sleep 1; done; ready; }
check 'and proves them again' ready_again
kill -TERM $daemon
wait $daemon
status=$?
check "it ends when told to ($status)" test $status = 0
