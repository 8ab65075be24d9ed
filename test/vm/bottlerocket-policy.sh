#!/bin/sh
# Compiles the policy of the Bottlerocket-like machine: bottlerocket-policy.sh OUTPUT. Needs secilc.
# What the kernel wants counted out is counted out here: its initial SIDs in their order, and 1024 categories.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sids='kernel security unlabeled fs file file_labels init any_socket port netif netmsg node igmp_packet icmp_socket tcp_socket
sysctl_modprobe sysctl sysctl_fs sysctl_kernel sysctl_net sysctl_net_unix sysctl_vm sysctl_dev kmod policy scmp_packet devnull'
counted=$(mktemp)
trap 'rm -f "$counted"' EXIT
{
  for sid in $sids; do echo "(sid $sid)"; done
  echo "(sidorder ($(echo $sids)))"
  for sid in $sids; do
    case $sid in kernel | unlabeled) ;; *) echo "(sidcontext $sid any_c)" ;; esac
  done
  categories=$(seq -f c%.0f 0 1023)
  for category in $categories; do echo "(category $category)"; done
  echo "(categoryorder ($(echo $categories)))"
} >"$counted"
secilc -c 33 -f /dev/null -o "$1" "$here/bottlerocket.cil" "$counted"
