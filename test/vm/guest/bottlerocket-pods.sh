# One-shots in pods. Sourced.
# shellcheck shell=bash disable=SC2034,SC2154
afresh
check 'after the boot nothing is registered' is "$(ordinary)" 'exec format error'

# Bottlerocket's issue 4215: a script mounts binfmt_misc in its container, registers, proves it, and ends well.
script='mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc 2>/dev/null
cp /usr/bin/qemu-aarch64 /qemu && echo "$LINE" >/proc/sys/fs/binfmt_misc/register && printf x | /probe'
privileged_pod
volumes=("/var/images/plain/probes/aarch64:/probe:rbind,ro")
env=("LINE=$(line qemu-aarch64 aarch64 /qemu)")
run_to_end one-shot $keeper /bin/sh -c "$script"
check 'issue 4215: the one-shot proves itself and ends with 0' is "$status $output" '0 /probe'
got=$(ordinary)
say "# issue 4215: a one-shot script in a privileged container | $got | exit $status"
check 'issue 4215: and no ordinary container can run it' is "$got" "$([ $host_mounts = no ] && echo exec format error || echo 139)"

afresh
privileged_pod
volumes=("$run_volume" "$store_volume")
install linux/arm64
row 'one-shot with the volumes of README' runs 0 verified
witness 0

afresh
privileged_pod
volumes=("$run_volume")
install linux/arm64
row 'one-shot without the volume for the store' 'exec format error' 1 interpreter-label '-v /var/lib/binfmt-keeper:/var/lib/binfmt-keeper'

place=$([ $host_mounts = no ] && echo opt || echo mnt)
afresh
privileged_pod
env=("BINFMT_KEEPER_INTERPRETERS_STORE=/$place/binfmt-keeper/store")
# It could ask the policy here, and each try would be a denial.
volumes=("$run_volume" "/$place/binfmt-keeper:/$place/binfmt-keeper:rbind,rprivate" /sys/fs/selinux:/sys/fs/selinux:rbind)
install linux/arm64
row "privileged pod, hostPath below /$place, host's selinuxfs" runs 0 verified

afresh
pod_with_level_s0
volumes=("$run_volume")
install linux/arm64
row 'privileged pod with level s0, store in the image' runs 0 verified

# kubelet gives a volume of its own the label of the pod.
afresh
privileged_pod
mkdir -p /var/lib/kubelet/empty
chcon system_u:object_r:data_t:s0:c5,c6 /var/lib/kubelet/empty
volumes=("$run_volume" "/var/lib/kubelet/empty:/var/lib/binfmt-keeper:rbind,rprivate")
install linux/arm64
row 'privileged pod, emptyDir' 139 1 interpreter-label
witness 1
rm -rf /var/lib/kubelet

afresh
privileged_pod
mkdir -p /run/store
volumes=("$run_volume" "/run/store:/var/lib/binfmt-keeper:rbind,rprivate")
install linux/arm64
row 'privileged pod, hostPath below /run' 'exec format error' 1 interpreter-noexec 'such as /var/lib/binfmt-keeper/store on a volume'
rm -rf /run/store

afresh
ordinary_pod
install linux/arm64
row 'ordinary container' 'exec format error' 3
