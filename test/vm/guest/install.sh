# Puts the keeper where a release's own script puts it; no Node and no network are needed. Sourced.
# shellcheck shell=bash disable=SC2154
install_keeper() {
  mkdir -p /etc/binfmt-keeper
  printf 'platforms: [linux/arm64]\n' >/etc/binfmt-keeper/config.yaml
  PREFIX=/usr sh "$files/release/systemd/install.sh"
  # On Debian nothing relabels what a script installs. A Node in a directory of libraries would be lib_t, no entry point.
  restorecon -R /usr/libexec/binfmt-keeper /usr/lib/systemd/system /usr/sbin/binfmt-keeper /etc/binfmt-keeper
}
