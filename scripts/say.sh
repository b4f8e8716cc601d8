# shellcheck shell=bash
# Words and places that every script shares. Sourced, never run. Bash 3.2 (macOS) is enough for all of them.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# What is downloaded or built once and may be deleted at any time.
cache_dir() {
  if [ -n "${XDG_CACHE_HOME:-}" ]; then
    printf '%s/tradewind' "$XDG_CACHE_HOME"
  elif [ -n "${HOME:-}" ]; then
    printf '%s/.cache/tradewind' "$HOME"
  else
    printf '%s/tradewind-cache-%s' "${TMPDIR:-/tmp}" "$(id -u)"
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif sudo -n true 2>/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# limited SECONDS CMD...: ends CMD after that time where `timeout` exists (macOS has none).
limited() {
  local seconds=$1
  shift
  if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# The first number in the output of PROGRAM --version: "postgres (PostgreSQL) 15.18" gives 15.
major_version() { "$1" --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9][0-9]*\).*/\1/p'; }
