# Helpers of the suite inside the machine. Results go to descriptor 3, the second serial port, a line each:
# `ok NAME`, `not ok NAME: why`, `# what was seen`.
# shellcheck shell=bash

main=/proc/sys/fs/binfmt_misc
anchor=/run/binfmt-keeper/binfmt_misc
files=/var/vm

say() { printf '%s\n' "$*" >&3; }
now() { cut -d' ' -f1 /proc/uptime; }

# check NAME COMMAND...: the last line that the command said becomes the reason.
check() {
  local name=$1 said
  shift
  if said=$("$@" 2>&1); then say "ok $name"; else
    said=${said//$'\n'/ | }
    [ ${#said} -le 400 ] || said=${said: -400}
    say "not ok $name: $said"
  fi
}

# until SECONDS COMMAND...
until_true() {
  local last=$((SECONDS + $1)) said
  shift
  until said=$("$@" 2>&1); do
    [ $SECONDS -lt $last ] || { echo "still not after a while: $*: $said"; return 1; }
    sleep 0.2
  done
}

# Runs the probe of a target, which prints its argv[0] and ends when it has read a byte.
runs() {
  local said
  said=$(printf x | "$files/probes/$1" 2>&1) && [ "$said" = "$files/probes/$1" ] || { echo "$1: $said"; return 1; }
}
runs_not() { ! runs "$1"; }
fails_with_enoexec() {
  local said
  said=$(printf x | "$files/probes/$1" 2>&1) && { echo "it ran: $said"; return 1; }
  [[ $said == *'Exec format error'* ]] || { echo "$said"; return 1; }
}
mounted() { [ "$(awk -v p="$1" '$5 == p { for (i = 6; i < NF; i++) if ($i == "-") t = $(i + 1) } END { print t }' /proc/self/mountinfo)" = binfmt_misc ]; }
automount_waits() { grep -q " $main .* - autofs " /proc/self/mountinfo || { grep "$main" /proc/self/mountinfo; return 1; }; }
# Touching it is what its users do.
main_serves() { mounted "$main" || { automount_waits && ls "$main/" >/dev/null; mounted "$main"; }; }
not_mounted() { ! mounted "$1"; }

# An entry as another tool would make it: NAME TARGET INTERPRETER REGISTER. F, so that the file is pinned.
# shellcheck disable=SC2034
magic_aarch64='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
magic_riscv64='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xf3\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
line() { local magic=magic_$2; printf '%s' ":$1:M::${!magic}:$3:F"; }

# Programs started one after the other while a fault happens; what failed is counted. during NAME COMMAND...
during() {
  local name=$1 said ok=0 bad=0 status
  shift
  rm -f /var/vm/stop /var/vm/count /var/vm/stories
  (
    while [ ! -e /var/vm/stop ]; do
      if runs aarch64 >>/var/vm/stories 2>&1; then ok=$((ok + 1)); else bad=$((bad + 1)); fi
    done
    echo "$ok $bad" >/var/vm/count
  ) 3>&- &
  local prober=$!
  sleep 1
  said=$("$@" 2>&1)
  status=$?
  sleep 1
  touch /var/vm/stop
  wait "$prober"
  read -r ok bad </var/vm/count
  say "# $name: $ok programs ran, $bad failed$(sort /var/vm/stories | uniq -c | head -3 | tr -s ' \n' ' ')"
  failed=$bad
  [ "$status" = 0 ] || say "not ok $name: ${said//$'\n'/ | }"
}
none_failed() { [ "$failed" = 0 ] || { echo "$failed programs failed"; return 1; }; }

keeper() { /usr/sbin/binfmt-keeper "$@"; }
verified() { keeper status -o json | grep -q '"ready": *true' || { keeper status; return 1; }; }
active() { [ "$(systemctl is-active binfmt-keeper)" = active ] || { systemctl status --no-pager binfmt-keeper | tail -8; return 1; }; }
main_pid() { systemctl show -P MainPID binfmt-keeper; }
entries() { (cd "$1" && ls) 2>/dev/null | grep -v -x -e register -e status; }
interpreter_of() { sed -n 's/^interpreter //p' "$main/$1"; }

# Without reset-failed systemd itself would refuse the sixth within ten seconds.
restart_binfmt() {
  local failed=0
  for _ in $(seq "$1"); do
    systemctl reset-failed systemd-binfmt
    systemctl restart systemd-binfmt || failed=$((failed + 1))
  done
  say "# $failed of $1 restarts of systemd-binfmt failed"
  [ $failed = 0 ] || { echo "$failed restarts failed"; return 1; }
}

# SIGSTOP to a process, and waits until systemd has replaced it.
stalled() { kill -STOP "$1"; until_true 240 replaced "$1"; }
replaced() { local pid; pid=$(main_pid); [ "$pid" != "$1" ] && [ "$pid" != 0 ]; }
