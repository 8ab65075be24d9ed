# Labels that somebody changed, and the policy module. Sourced.
# shellcheck shell=bash disable=SC2154
chcon system_u:object_r:var_lib_t:s0 "$(stored aarch64)"
check 'a label that somebody changed is denied' confined_denied aarch64 var_lib_t:s0
systemctl restart binfmt-keeper
check 'the next start corrects it in place' until_true 120 confined_runs aarch64
chcon system_u:object_r:var_lib_t:s0:c5 "$(stored aarch64)"
restorecon -RF /var/lib/binfmt-keeper
check 'restorecon gives the label of the module' confined_runs aarch64

printf 'platforms: [linux/arm64]\ninterpreters: {label: "system_u:object_r:var_lib_t:s0"}\n' >/etc/binfmt-keeper/config.yaml
systemctl restart binfmt-keeper
check 'a label that containers may not execute is a problem' until_true 120 told interpreter-label
printf 'platforms: [linux/arm64, linux/riscv64, linux/386]\n' >/etc/binfmt-keeper/config.yaml
check 'which goes with the setting' until_true 120 told_not interpreter-label
check 'and the label with it' until_true 120 confined_runs aarch64
