# SELinux, enforcing. Sourced.
# shellcheck shell=bash disable=SC2154
confined() { printf x | runcon system_u:system_r:container_t:s0:c1,c2 "$files/probes/$1" 2>&1 3>&-; }
confined_runs() { local said; said=$(confined "$1") && [ "$said" = "$files/probes/$1" ] || { echo "$1 as container_t: $said"; return 1; }; }
confined_denied() {
  local said status
  said=$(confined "$1") && { echo "it ran: $said"; return 1; }
  status=$?
  say "# $1 with $2: status $status, $(journalctl -q -k --since -5s 2>/dev/null | grep -o 'avc:  denied  {[^}]*}' | sort -u | tr '\n' ' ')"
}
register_labelled() { # NAME LABEL
  local copy=/var/lib/vm-labels/$1
  mkdir -p /var/lib/vm-labels
  cp /usr/bin/qemu-riscv64-static "$copy"
  chcon "$2" "$copy"
  line "$1" riscv64 "$copy" >"$main/register"
}
told() { keeper status -o json | grep -q "$1"; }
told_not() { ! told "$1"; }
drop() { echo -1 >"$main/$1"; }

chcon -R system_u:object_r:container_file_t:s0 "$files/probes"
check 'SELinux is enforcing' test "$(getenforce)" = Enforcing
ls "$main/" >/dev/null

register_labelled vm-wrong system_u:object_r:var_lib_t:s0
check 'an interpreter with the usual label of /var/lib runs for the host' runs riscv64
check 'and is denied to a confined domain' confined_denied riscv64 var_lib_t:s0
drop vm-wrong
register_labelled vm-categories system_u:object_r:container_ro_file_t:s0:c3,c4
check 'one with categories is denied too' confined_denied riscv64 container_ro_file_t:s0:c3,c4
drop vm-categories
register_labelled vm-right system_u:object_r:container_ro_file_t:s0
check 'one with the right label runs there' confined_runs riscv64
drop vm-right

stored() { echo /var/lib/binfmt-keeper/store/*/qemu-"$1"*; }
label() { stat -c %C "$1"; }
check 'our interpreter runs for the confined domain' confined_runs aarch64
check 'it is labelled' test "$(label "$(stored aarch64)")" = system_u:object_r:container_ro_file_t:s0
say "# ours: $(label "$(stored aarch64)"), the directory: $(label /var/lib/binfmt-keeper/store)"
check "no problem with labels is told" told_not interpreter-label
