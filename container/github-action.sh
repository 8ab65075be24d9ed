#!/bin/sh
# The step of action.yml: registers in the runner's kernel by the image, and says which platforms run.
#   KEEPER_IMAGE, KEEPER_PLATFORMS, KEEPER_RESET, KEEPER_KEEP   its inputs
#   DOCKER   the engine's command (default docker)
set -eu

# Without these two volumes entries could end with the container, and would name files that are gone.
volumes='-v /run/binfmt-keeper:/run/binfmt-keeper:rshared -v /var/lib/binfmt-keeper:/var/lib/binfmt-keeper'

# shellcheck disable=SC2086 # volumes are words
in_container() { "${DOCKER:-docker}" run --privileged $volumes "$@"; }

case $KEEPER_PLATFORMS in
  *[!A-Za-z0-9/_.,-]* | '')
    echo "::error::platforms: expected names such as arm64,riscv64, or all; got '$KEEPER_PLATFORMS'" >&2
    exit 2 ;;
esac
# Docker makes missing directories itself; others do not.
mkdir -p /run/binfmt-keeper /var/lib/binfmt-keeper 2>/dev/null || true

if [ "${KEEPER_RESET:-false}" = true ]; then
  in_container --rm "$KEEPER_IMAGE" --uninstall 'qemu-*' >/dev/null
fi
json=$(in_container --rm "$KEEPER_IMAGE" --install "$KEEPER_PLATFORMS")
if [ "${KEEPER_KEEP:-false}" = true ]; then
  in_container --detach --restart always --name binfmt-keeper "$KEEPER_IMAGE" run >/dev/null
fi
printf '%s\n' "$json"
platforms=$(printf '%s\n' "$json" | sed -n '/"supported"/,/\]/s/^ *"\(.*\)",\{0,1\}$/\1/p' | paste -sd, -)
echo "platforms=$platforms" >>"$GITHUB_OUTPUT"
