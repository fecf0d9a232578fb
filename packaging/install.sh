#!/bin/sh
# Installs azvault into ~/.local: the program, its manual page and completions. A release has this script with
# its own address and version in it; the checksum of what is downloaded has to be that of SHA256SUMS.
#
# AZVAULT_PREFIX    where to install [default: ~/.local]
# AZVAULT_RELEASES  where the files of the release are [default: where this script came from]
set -eu

releases=${AZVAULT_RELEASES:-@RELEASES@}
version=@VERSION@
prefix=${AZVAULT_PREFIX:-$HOME/.local}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

case $(uname -s) in
  Linux) ;;
  *) fail "there is no program for $(uname -s) yet" ;;
esac
case $(uname -m) in
  x86_64 | amd64) target=x86_64-unknown-linux-musl ;;
  aarch64 | arm64) target=aarch64-unknown-linux-musl ;;
  *) fail "there is no program for $(uname -m) yet: cargo install --path crates/cli --locked" ;;
esac
for program in curl tar sha256sum; do
  command -v $program >/dev/null || fail "$program is needed"
done

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
name=azvault-$version-$target
for file in "$name.tar.gz" SHA256SUMS; do
  curl --fail --silent --show-error --location --output "$place/$file" "$releases/$file" ||
    fail "$releases/$file cannot be downloaded"
done
(cd "$place" && grep -F "  $name.tar.gz" SHA256SUMS | sha256sum --check --status) ||
  fail "the checksum of $name.tar.gz is not that of SHA256SUMS: nothing was installed"

tar -xzf "$place/$name.tar.gz" -C "$place"
put() {
  mkdir -p "$prefix/$2"
  install -m "$3" "$place/$name/$1" "$prefix/$2/${4:-$(basename "$1")}"
}
put man/azvault.1.gz share/man/man1 644
put completions/azvault.bash share/bash-completion/completions 644 azvault
put completions/azvault.zsh share/zsh/site-functions 644 _azvault
put completions/azvault.fish share/fish/vendor_completions.d 644
# Last: with the program there, all of it is there.
put bin/azvault bin 755

printf 'installed %s\n' "$prefix/bin/azvault"
case ":$PATH:" in
  *":$prefix/bin:"*) ;;
  *) printf 'it is not on your PATH yet: add %s to it\n' "$prefix/bin" ;;
esac
printf 'next: azvault scan\n'
