# An emulator that eats the memory of the service, beside one that works. The kernel's killer of the unit's cgroup takes
# it; what becomes of the unit is what OOMPolicy= says. Sourced.
# shellcheck shell=bash disable=SC2154
cgroup=/sys/fs/cgroup/system.slice/binfmt-keeper.service
drop_ins=/etc/systemd/system/binfmt-keeper.service.d
killed_for_memory() { [ "$(sed -n 's/^oom_kill //p' $cgroup/memory.events)" -gt 0 ] || { cat $cgroup/memory.events; return 1; }; }
eater_is_served() { keeper status -o json | grep -q '"verdict": *"killed"' || { keeper status; return 1; }; }
stopped_for_memory() {
  [ "$(systemctl show -P Result binfmt-keeper)" = oom-kill ] && [ "$(main_pid)" = 0 ] || { systemctl status --no-pager binfmt-keeper | tail -8; return 1; }
}
service_with() { # LINE...
  printf '%s\n' '[Service]' "$@" >$drop_ins/memory.conf
  restorecon $drop_ins/memory.conf
  systemctl daemon-reload
  systemctl restart binfmt-keeper
}

install -m 755 "$files/memory-eater" /usr/local/bin/qemu-riscv64
restorecon /usr/local/bin/qemu-riscv64
printf 'platforms: [linux/arm64, linux/riscv64]\ninterpreters: {sources: [/usr/local/bin, /usr/bin]}\n' >/etc/binfmt-keeper/config.yaml
check 'the unit says that one who is killed for memory does not end the others' test "$(systemctl show -P OOMPolicy binfmt-keeper)" = continue
service_with MemoryMax=128M
check 'the service has little memory' test "$(cat $cgroup/memory.max)" = $((128 * 1024 * 1024))
check 'an emulator that eats all of it is killed by the kernel' until_true 240 killed_for_memory
check 'and told' until_true 120 eater_is_served
before=$(main_pid)
restarts_before=$(systemctl show -P NRestarts binfmt-keeper)
say "# $(tr '\n' ' ' <$cgroup/memory.events), of the keeper: $(grep -o -e 'VmRSS.*' "/proc/$before/status" | tr -s '\t ' ' ')"
say "# $(journalctl -q -k -b -o cat | grep -o -e 'Killed process.*oom_score_adj:-*[0-9]*' -e 'Memory cgroup out of memory.*' | tail -1)"
check 'the unit is active' active
drop keeper-aarch64
check 'a handler that is deleted then is healed' until_true 120 runs aarch64
check 'by the same process' test "$before" = "$(main_pid)"
check 'which nobody restarted' test "$(systemctl show -P NRestarts binfmt-keeper)" = "$restarts_before"

# What systemd does without that line, and long enough before it starts the unit anew for us to see it.
check 'without the line systemd would stop the unit' test "$(systemctl show -P DefaultOOMPolicy)" = stop
service_with MemoryMax=128M OOMPolicy=stop RestartSec=60s
check 'and so it does for that one emulator' until_true 240 stopped_for_memory

rm -f $drop_ins/memory.conf /usr/local/bin/qemu-riscv64
printf 'platforms: [linux/arm64, linux/riscv64, linux/386]\n' >/etc/binfmt-keeper/config.yaml
systemctl daemon-reload
systemctl reset-failed binfmt-keeper
systemctl restart binfmt-keeper
check 'without the eater everything is verified' until_true 240 verified
