# Containers as Bottlerocket's runtimes start them, by runc. Sourced. The settings of the next container are variables:
#   domain, level, image (the label of its files), caps, hostpid, sys, propagation, read_only, volumes and env (arrays)
# shellcheck shell=bash disable=SC2034,SC2154

containers=/var/lib/containers
all_caps='CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT
SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
default_caps='CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL
AUDIT_WRITE'

# The kinds. A privileged pod has the whole range since 14.0 as its level, before as its clearance.
privileged_pod() {
  domain=control_t level=$whole image=data_t:s0:c5,c6 caps=$all_caps hostpid=no sys=rw propagation=rshared read_only=false
  volumes=() env=()
}
pod_with_level_s0() { privileged_pod; image=data_t:s0; }
pod_without_capabilities() {
  domain=spc_t level=s0 image=data_t:s0 caps='' hostpid=no sys=ro propagation=rslave read_only=false
  volumes=() env=()
}
ordinary_pod() {
  domain=container_t level=s0:c1,c2 image=data_t:s0:c1,c2 caps=$default_caps hostpid=no sys=ro propagation=rslave read_only=false
  volumes=() env=()
}
host_container() {
  domain=$1 level=$whole image=secret_t:s0 caps=$2 hostpid=yes sys=rw propagation=rshared read_only=false
  volumes=("/:/.bottlerocket/rootfs:rbind,rprivate,ro" "/mnt:/.bottlerocket/rootfs/mnt:rbind,rshared") env=()
}
superpowered() { host_container super_t "$all_caps"; }
# One that is not superpowered sees nothing of the host.
plain_host_container() { host_container control_t "$default_caps"; volumes=(); }
bootstrap() {
  host_container control_t "$default_caps SYS_ADMIN NET_ADMIN SYS_MODULE AUDIT_CONTROL"
}

quoted() { local word all=''; for word in "$@"; do word=${word//\\/\\\\} word=${word//$'\n'/\\n}; all+=",\"${word//\"/\\\"}\""; done; printf '[%s]' "${all#,}"; }
# mount_entry TYPE SOURCE DESTINATION OPTION,OPTION
mount_entry() { echo "{\"type\":\"$1\",\"source\":\"$2\",\"destination\":\"$3\",\"options\":$(IFS=,; quoted $4)}"; }

# bundle NAME IMAGE COMMAND...
bundle() {
  local name=$1 lower=$2 rootfs=$containers/$1/rootfs mounts volume source target options capabilities namespaces namespace kind
  shift 2
  mkdir -p "$containers/$name"/{upper,work,rootfs}
  runcon system_u:system_r:runtime_t:s0 mount -t overlay -o \
    "lowerdir=$lower,upperdir=$containers/$name/upper,workdir=$containers/$name/work,context=\"system_u:object_r:$image\"" overlay "$rootfs"
  mounts=$(mount_entry proc proc /proc nosuid,noexec,nodev),$(mount_entry tmpfs tmpfs /dev nosuid,strictatime,mode=755,size=65536k)
  mounts+=,$(mount_entry devpts devpts /dev/pts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620)
  mounts+=,$(mount_entry tmpfs shm /dev/shm nosuid,noexec,nodev,mode=1777,size=65536k)
  mounts+=,$(mount_entry sysfs sysfs /sys nosuid,noexec,nodev,$sys),$(mount_entry cgroup cgroup /sys/fs/cgroup nosuid,noexec,nodev,$sys)
  for volume in "${volumes[@]}"; do
    IFS=: read -r source target options <<<"$volume"
    mounts+=,$(mount_entry bind "$source" "$target" "$options")
  done
  capabilities=$(quoted ${caps:+$(printf 'CAP_%s ' $caps)})
  namespaces='{"type":"mount"},{"type":"ipc"},{"type":"uts"}'
  [ $hostpid = yes ] || namespaces+=',{"type":"pid"},{"type":"network"}'
  masked='[]' readonly='[]' devices='true'
  if [ "$sys" = ro ]; then
    masked='["/proc/acpi","/proc/kcore","/proc/keys","/proc/timer_list","/proc/scsi","/sys/firmware"]'
    readonly='["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]'
    devices=false
  fi
  cat >"$containers/$name/config.json" <<JSON
{"ociVersion":"1.0.2","hostname":"$name","root":{"path":"rootfs","readonly":$read_only},"mounts":[$mounts],
"process":{"user":{"uid":0,"gid":0},"cwd":"/","args":$(quoted "$@"),"env":$(quoted PATH=/usr/bin:/usr/sbin:/bin "${env[@]}"),
"selinuxLabel":"system_u:system_r:$domain:$level","capabilities":{"bounding":$capabilities,"effective":$capabilities,"permitted":$capabilities}},
"linux":{"namespaces":[$namespaces],"rootfsPropagation":"$propagation","mountLabel":"system_u:object_r:$image",
"maskedPaths":$masked,"readonlyPaths":$readonly,"resources":{"devices":[{"allow":$devices,"access":"rwm"}]}}}
JSON
}
runc_() { runcon system_u:system_r:runtime_t:s0 runc --root /run/runc "$@"; }
removed() { umount "$containers/$1/rootfs"; rm -rf "${containers:?}/$1"; }

# Runs a container to its end: what it said is in $output, its exit status in $status.
run_to_end() {
  bundle "$@"
  output=$(runc_ run --bundle "$containers/$1" "$1" 2>&1 3>&- </dev/null)
  status=$?
  removed "$1"
}
# Starts one that lives on; what it says is in /run/NAME.log.
start() {
  bundle "$@"
  runc_ run --detach --bundle "$containers/$1" "$1" >"/run/$1.log" 2>&1 3>&- </dev/null
}
stop() {
  runc_ kill "$1" TERM
  local left=100
  while [ "$(runc_ state "$1" | grep -c '"running"')" != 0 ] && [ $((left -= 1)) -gt 0 ]; do sleep 0.2; done
  runc_ delete --force "$1"
  removed "$1"
}

# What a program of arm64 comes to in an ordinary container: `runs`, `exec format error`, or the status that it ends with.
ordinary() {
  local domain level image caps hostpid sys propagation read_only volumes env output status
  ordinary_pod
  run_to_end ordinary /var/images/plain /bin/sh -c 'printf x | /probes/aarch64; echo " status $?"'
  case $output in
    *'/probes/aarch64'*' status 0') echo runs ;;
    # A shell takes what the kernel refuses for a script.
    *'syntax error'*) echo 'exec format error' ;;
    *' status '*) sed -n 's/.* status //p' <<<"$output" ;;
    *) echo "$output" ;;
  esac
}
