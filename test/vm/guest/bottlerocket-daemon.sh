# The daemon of the DaemonSet, and one without any capability. Sourced.
# shellcheck shell=bash disable=SC2034,SC2154
health() { runc_ exec keeper binfmt-keeper health; }
ready() { health; }
not_ready() { ! health; }
daemon_row() { # NAME ORDINARY STATUS WORDS
  output=$(runc_ exec keeper binfmt-keeper status 2>&1)
  status=$?
  row "$@"
}

afresh
privileged_pod
image=data_t:s0 read_only=true
env=(BINFMT_KEEPER_PLATFORMS=linux/arm64 BINFMT_KEEPER_MOUNTS_MAIN=/host/fs/binfmt_misc BINFMT_KEEPER_RESYNC=2s)
volumes=("$fs_volume" "$run_volume" "$store_volume")
start keeper $keeper "${entry[@]}" run
check 'DaemonSet: it becomes ready' until_true 300 ready
daemon_row 'DaemonSet' runs 0 verified
stored=$(echo /var/lib/binfmt-keeper/store/*/qemu-aarch64)
chcon system_u:object_r:data_t:s0:c5,c6 "$stored"
check 'DaemonSet: a file relabelled later makes it not ready' until_true 200 not_ready
daemon_row 'DaemonSet, file relabelled later' 139 1 interpreter-label
chcon system_u:object_r:local_t:s0 "$stored"
check 'DaemonSet: and back' until_true 200 ready
umount "$main"
umount "$anchor"
check 'DaemonSet: what was unmounted on the host comes back' until_true 200 mounted "$main"
check 'DaemonSet: the anchor too' until_true 200 mounted "$anchor"
check 'DaemonSet: an ordinary container runs again' is "$(ordinary)" runs
stop keeper
check 'DaemonSet: when its pod is gone, too' is "$(ordinary)" runs

if [ $host_mounts = yes ]; then
  afresh
  pod_without_capabilities
  env=(BINFMT_KEEPER_PLATFORMS=linux/arm64 BINFMT_KEEPER_MOUNTS_MAIN=/host/binfmt_misc BINFMT_KEEPER_RESYNC=2s)
  volumes=("$main:/host/binfmt_misc:rbind,rslave" "$store_volume")
  start keeper $keeper "${entry[@]}" run
  check 'no capability: it becomes ready' until_true 300 ready
  daemon_row "no capability, the host's mount bound in" runs 0 verified
  check 'uninstall in the pod' runc_ exec keeper binfmt-keeper uninstall
  check 'and nothing is left' is "$(ordinary)" 'exec format error'
  stop keeper
fi
