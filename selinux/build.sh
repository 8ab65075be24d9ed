#!/bin/sh
# Compiles the modules against the smallest policies that they can meet, and shows the file contexts that come out.
# Needs secilc (Debian: secilc, Fedora: secilc). What people install are the .cil files as they are.
set -eu
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

compile() {
  name=$1
  shift
  secilc -o "$out/policy" -f "$out/file_contexts" "$@"
  echo "$name:"
  sort "$out/file_contexts"
}

compile 'with container types' stub/base.cil stub/containers.cil binfmt_keeper.cil
compile 'without' stub/base.cil binfmt_keeper.cil
compile 'private type' stub/base.cil binfmt_keeper_private.cil
compile 'Debian' stub/base.cil stub/services.cil binfmt_keeper_refpolicy.cil
