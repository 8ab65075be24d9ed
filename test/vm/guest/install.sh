# Puts the keeper where a release's own script puts it; no Node and no network are needed. Sourced.
# shellcheck shell=bash disable=SC2154
install_keeper() {
  mkdir -p /etc/binfmt-keeper
  printf 'platforms: [linux/arm64]\n' >/etc/binfmt-keeper/config.yaml
  PREFIX=/usr sh "$files/release/systemd/install.sh"
  # Only what this suite made itself: the script labels what it installs.
  restorecon -R /etc/binfmt-keeper
}
