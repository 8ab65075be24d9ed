# What ordinary containers get, and what the keeper says of it, for each way of running it on Bottlerocket.
# Usage: bottlerocket.sh BOOT. Boot 1 is a host without a mount of its own, boot 2 one with it, and the newer level of pods.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034,SC2154
. ./lib.sh
. ./containers.sh
host_mounts=$([ "$1" = 1 ] && echo no || echo yes)
whole=$([ "$1" = 1 ] && echo s0-s0:c0.c1023 || echo s0:c0.c1023)
layer=/var/layer/usr/lib/binfmt-keeper
keeper=/var/layer:/var/images/keeper
entry=(/usr/bin/tini -s -- /usr/bin/node --disable-sigusr1 --max-semi-space-size=1 --lite-mode --snapshot-blob=/usr/lib/binfmt-keeper/snapshot.blob /usr/lib/binfmt-keeper/main.mjs)
run_volume=/run/binfmt-keeper:/run/binfmt-keeper:rbind,rshared
store_volume=/var/lib/binfmt-keeper:/var/lib/binfmt-keeper:rbind,rprivate
fs_volume=/proc/sys/fs:/host/fs:rbind,rshared

denials() { dmesg | grep -c "avc:  denied.*scontext=system_u:system_r:$1:"; }
# Nothing of the row before: no entry, no mount but the host's own, no file.
afresh() {
  local at
  while at=$(awk '$(NF - 2) == "binfmt_misc" { print $5 }' /proc/self/mountinfo | grep -v "^$main\$" | tail -1) && [ -n "$at" ]; do
    echo -1 >"$at/status"
    umount "$at" || umount -l "$at" || break
  done
  if mounted "$main"; then
    echo -1 >"$main/status"
    [ $host_mounts = yes ] || umount "$main"
  elif [ $host_mounts = yes ]; then mount -t binfmt_misc binfmt_misc "$main"; fi
  rm -rf /run/binfmt-keeper /{var/lib,opt,mnt}/binfmt-keeper /local/host-containers/keeper/store
  mkdir -p /run/binfmt-keeper /{var/lib,opt,mnt}/binfmt-keeper
  before=$(($(denials control_t) + $(denials super_t)))
}
is() { [ "$1" = "$2" ] || { echo "it is ${1//$'\n'/ | }"; return 1; }; }
says() { [[ $output == *"$1"* ]] || { echo "it says ${output//$'\n'/ | }"; return 1; }; }
# What it proves is what others get: well only where they run it.
agree() {
  case "$1 $2" in
    'runs 0') ;;
    runs\ * | *\ 0) echo "an ordinary container: $1; the keeper: $2"; return 1 ;;
  esac
}
# row NAME ORDINARY STATUS WORDS: after the keeper has ended with $output and $status. A list of words that it has to say.
row() {
  local name=$1 ordinary=$2 expected=$3 got word
  shift 3
  got=$(ordinary)
  say "# $name | $got | exit $status, $(grep -o '^\(error\|warning\|notice\) [a-z-]*' <<<"$output" | tr '\n' ' ') | $(($(denials control_t) + $(denials super_t) - before)) denials | $(now)"
  check "$name: an ordinary container: $ordinary" is "$got" "$ordinary"
  check "$name: exit status $expected" is "$status" "$expected"
  for word in "$@"; do check "$name: it says $word" says "$word"; done
  check "$name: the keeper and the container agree" agree "$got" "$status"
}
# The keeper's witness in an ordinary pod: witness STATUS.
witness() {
  ordinary_pod
  run_to_end witness $keeper "${entry[@]}" witness linux/arm64
  check "and a witness in an ordinary pod ends with $1" is "$status" "$1"
}
install() { run_to_end keeper $keeper "${entry[@]}" install "$@"; }

say "# $(uname -r), host mounts binfmt_misc: $host_mounts, pods at $whole, $(tr -d '\0' </proc/self/attr/current), $(runc --version | head -1)"
check 'the policy is enforced' test "$(cat /sys/fs/selinux/enforce)" = 1
mkdir -p $layer
cp $files/release/libexec/binfmt-keeper/*.* $layer/
cp $files/probes/* /var/images/plain/probes/
. ./bottlerocket-pods.sh
. ./bottlerocket-host.sh
. ./bottlerocket-daemon.sh
afresh
check 'nothing was denied to a privileged container' is "$(denials '\(control\|super\)_t')" 0
say "# denied to control_t $(denials control_t), to super_t $(denials super_t), to container_t $(denials container_t) times in this boot"
