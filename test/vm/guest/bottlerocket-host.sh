# Host containers and bootstrap containers, whose mounts reach the host below /mnt only. Sourced.
# shellcheck shell=bash disable=SC2034,SC2154
for kind in superpowered bootstrap; do
  afresh
  $kind
  env=(BINFMT_KEEPER_INTERPRETERS_STORE=/srv/store)
  install linux/arm64
  row "$kind container, store in the image" 'exec format error' 1 interpreter-label
  afresh
  $kind
  install linux/arm64
  row "$kind container, as it comes" runs 0 verified
done

# Where it may ask and relabel, it does.
afresh
superpowered
volumes+=(/sys/fs/selinux:/sys/fs/selinux:rbind)
mkdir -p /var/lib/binfmt-keeper/store
chcon system_u:object_r:secret_t:s0 /var/lib/binfmt-keeper/store
install linux/arm64
row "superpowered container, host's selinuxfs, wrong label" runs 0 verified
say "# it was relabelled to $(stat -c %C /var/lib/binfmt-keeper/store/*/qemu-aarch64)"

afresh
plain_host_container
install linux/arm64
row 'host container that is not superpowered' 'exec format error' 3
