#!/bin/sh
# Installs what lies beside this script's directory: program, Node, manual pages, completion and units. `--remove` takes it away again.
#   PREFIX   where it will live (default /usr/local)
#   DESTDIR  put in front of every path, for building packages
#   UNITDIR  where the units go (default PREFIX/lib/systemd/system; with another PREFIX than /usr and /usr/local
#            /etc/systemd/system)
set -eu
umask 022

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
case $PREFIX in
  /usr | /usr/local) UNITDIR=${UNITDIR:-$PREFIX/lib/systemd/system} ;;
  /*) UNITDIR=${UNITDIR:-/etc/systemd/system} ;;
  *) echo "PREFIX: expected an absolute path, got $PREFIX" >&2; exit 2 ;;
esac
# These paths are written into units and a shell script, where other characters would need quotes.
case $PREFIX$UNITDIR in
  *[!A-Za-z0-9/._+-]*) echo "PREFIX, UNITDIR: expected letters, digits and /._+- only" >&2; exit 2 ;;
esac
from=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
anchor='run-binfmt\x2dkeeper-binfmt_misc.mount'
lib=$PREFIX/libexec/binfmt-keeper
bin=$PREFIX/sbin
man=$PREFIX/share/man
doc=$PREFIX/share/doc/binfmt-keeper
bash=$PREFIX/share/bash-completion/completions

# Only on the machine itself: not where a package is built, nor in a chroot, where what can be reached is the host's.
on_host() {
  [ -z "$DESTDIR" ] && [ "$(stat -Lc %d:%i /)" = "$(stat -Lc %d:%i /proc/1/root/. 2>/dev/null)" ]
}

systemd() {
  on_host && [ -d /run/systemd/system ] || return 0
  systemctl "$@"
}

put() { # MODE FILE DIRECTORY
  mkdir -p "$DESTDIR$3"
  # A new file each time: a running Node keeps the old one.
  rm -f "$DESTDIR$3/$(basename "$2")"
  cp "$from/$2" "$DESTDIR$3/"
  chmod "$1" "$DESTDIR$3/$(basename "$2")"
}

install_all() {
  [ -x "$from/libexec/binfmt-keeper/node" ] || { echo "$from/libexec/binfmt-keeper/node is missing: run this script from an unpacked release" >&2; exit 1; }
  # Names of parts change with their content: those of another version go.
  rm -f "$DESTDIR$lib"/*.mjs "$DESTDIR$lib"/*.blob
  for file in "$from"/libexec/binfmt-keeper/*; do
    mode=644
    [ -x "$file" ] && mode=755
    put $mode "libexec/binfmt-keeper/$(basename "$file")" "$lib"
  done
  put 755 sbin/binfmt-keeper "$bin"
  put 644 share/man/man8/binfmt-keeper.8 "$man/man8"
  put 644 share/man/man5/binfmt-keeper.yaml.5 "$man/man5"
  put 644 share/bash-completion/completions/binfmt-keeper "$bash"
  for file in "$from"/share/doc/binfmt-keeper/*; do
    put 644 "share/doc/binfmt-keeper/$(basename "$file")" "$doc"
  done
  mkdir -p "$DESTDIR$UNITDIR"
  for unit in binfmt-keeper.service "$anchor"; do
    sed "s:/usr/libexec/binfmt-keeper/:$lib/:g" "$from/systemd/$unit" >"$DESTDIR$UNITDIR/$unit"
    chmod 644 "$DESTDIR$UNITDIR/$unit"
  done
  # A copy has the label of the directory it came into, where the policy may know a better one.
  if [ -z "$DESTDIR" ] && command -v restorecon >/dev/null; then
    restorecon -RF "$lib" "$bin/binfmt-keeper" "$UNITDIR/binfmt-keeper.service" "$UNITDIR/$anchor" || true
  fi
  systemd daemon-reload
  # A running one has parts of the version before.
  systemd try-restart binfmt-keeper.service
  [ -n "$DESTDIR" ] || echo "installed; to start it now and at each boot: systemctl enable --now binfmt-keeper"
}

# The main mount stays: others use it. Where another keeper has the instance, that of a container say, all of it stays.
remove_entries() {
  status=0
  "$bin/binfmt-keeper" health >/dev/null 2>&1 || status=$?
  # 3: no keeper answers. Without the first question the one that does would be told to remove what it keeps.
  if [ "$status" -ne 3 ] || ! "$bin/binfmt-keeper" uninstall all; then
    echo 'another keeper has this host, or its entries cannot be removed: they stay, with anchor and /run/binfmt-keeper' >&2
    return 0
  fi
  systemd stop "$anchor" 2>/dev/null || true
  umount /run/binfmt-keeper/binfmt_misc 2>/dev/null || true
  # Where this directory cannot be removed something is mounted there.
  if rmdir /run/binfmt-keeper/binfmt_misc 2>/dev/null; then rm -rf /run/binfmt-keeper; fi
}

remove_all() {
  # The keeper first, so that it brings nothing back; its entries go with the program that could keep them.
  systemd disable --now binfmt-keeper.service 2>/dev/null || true
  if on_host && [ -x "$bin/binfmt-keeper" ]; then remove_entries; fi
  rm -rf "$DESTDIR$lib" "$DESTDIR$doc"
  rm -f "$DESTDIR$bin/binfmt-keeper" "$DESTDIR$man/man8/binfmt-keeper.8" "$DESTDIR$man/man5/binfmt-keeper.yaml.5" \
    "$DESTDIR$bash/binfmt-keeper" "$DESTDIR$UNITDIR/binfmt-keeper.service" "$DESTDIR$UNITDIR/$anchor"
  case $PREFIX in
    /usr | /usr/local) ;;
    *)
      for directory in "${lib%/*}" "$bin" "$man/man8" "$man/man5" "$bash" "${doc%/*}"; do
        # From within: nothing above PREFIX is touched.
        (cd "$DESTDIR$PREFIX" 2>/dev/null && rmdir -p "${directory#"$PREFIX"/}" 2>/dev/null) || true
      done
      case $PREFIX in */binfmt-keeper) rmdir "$DESTDIR$PREFIX" 2>/dev/null || true ;; esac ;;
  esac
  systemd daemon-reload
  [ -n "$DESTDIR" ] || echo 'removed; kept: /etc/binfmt-keeper (configuration), /var/lib/binfmt-keeper (emulators)'
}

case ${1:-} in
  '') install_all ;;
  --remove) remove_all ;;
  *) echo "usage: [PREFIX=DIR] [DESTDIR=DIR] [UNITDIR=DIR] $0 [--remove]" >&2; exit 2 ;;
esac
