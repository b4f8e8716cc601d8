# shellcheck shell=bash
# Two PgBouncers over the private PostgreSQL: one that Tradewind must refuse (before 1.21, or without
# max_prepared_statements) and one that must work. Sourced by with-services, after services.sh.
#
# A PgBouncer is a folder: the program, its libraries, and `ld.so` where it comes from another release. Nothing is
# installed, no service of the machine is touched, and no privilege is needed.

# Getting a release's package may take this long, in seconds, before it is left out.
PGBOUNCER_PATIENCE=180

# "PgBouncer 1.18.0" gives 118.
pgbouncer_version() { pgbouncer_run "$1" --version 2>/dev/null | sed -n '1s/^PgBouncer 1\.\([0-9][0-9]*\).*/1\1/p'; }

# pgbouncer_run DIR ARGUMENT...
pgbouncer_run() {
  local dir=$1
  shift
  if [ -x "$dir/ld.so" ]; then
    "$dir/ld.so" --library-path "$dir" "$dir/pgbouncer" "$@"
  else
    env LD_LIBRARY_PATH="$dir" "$dir/pgbouncer" "$@"
  fi
}

# The machine's own, copied so that it looks like the others.
pgbouncer_installed() {
  local to=$1 program
  program=$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v pgbouncer) || return 1
  mkdir -p "$to" && cp "$program" "$to/pgbouncer"
}

# The package of this machine's release, unpacked but not installed.
pgbouncer_packaged() {
  local to=$1 deb libraries
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  libraries=$(apt-cache depends pgbouncer 2>/dev/null | sed -n 's/^ *Depends: \(lib[a-z0-9.-]*\)$/\1/p' |
    grep -v '^libc6$') || return 1
  mkdir -p "$to/debs" "$to/tree"
  # shellcheck disable=SC2086 # a list of package names
  (cd "$to/debs" && limited "$PGBOUNCER_PATIENCE" \
    apt-get -qq -o APT::Sandbox::User=root download pgbouncer $libraries) || return 1
  for deb in "$to"/debs/*.deb; do dpkg -x "$deb" "$to/tree" || return 1; done
  cp "$to/tree/usr/sbin/pgbouncer" "$to/" && find "$to/tree" -name '*.so.*' -exec cp -L {} "$to/" \;
  rm -rf "$to/debs" "$to/tree"
}

# The package of another Debian release, with that release's libc.
pgbouncer_of_release() {
  local to=$1 release=$2 mirror library
  command -v mmdebstrap >/dev/null || return 1
  mirror=$(sed -n 's/^URIs: *\([^ ]*debian\/*\)$/\1/p; s/^deb \([^ ]*debian\/*\) .*/\1/p' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
  [ -n "$mirror" ] || return 1
  limited "$PGBOUNCER_PATIENCE" mmdebstrap --quiet --mode=chrootless --variant=extract --include=pgbouncer \
    "$release" "$to/tree" "deb $mirror $release main" </dev/null >&2 || return 1
  cp "$to/tree/usr/sbin/pgbouncer" "$to/"
  library=$(find "$to/tree" -name 'ld-linux-*.so.*' -type f | head -n 1)
  [ -n "$library" ] || return 1
  cp "$library" "$to/ld.so"
  chmod 755 "$to/ld.so"
  "$to/ld.so" --library-path "$(printf '%s:' "$to"/tree/lib/*-linux-gnu "$to"/tree/usr/lib/*-linux-gnu)" \
    --list "$to/pgbouncer" | sed -n "s|.* => \($to/tree/[^ ]*\) .*|\1|p" | while IFS= read -r library; do
    cp -L "$library" "$to/"
  done
  rm -rf "$to/tree"
}

# pgbouncer_have NAME HOW ARGUMENT...: sets PGBOUNCER_DIR to the folder, made once and kept in the cache.
pgbouncer_have() {
  local name=$1 how=$2 draft
  shift 2
  PGBOUNCER_DIR=$(cache_dir)/pgbouncer-$name
  if [ -d "$PGBOUNCER_DIR" ]; then return; fi
  mkdir -p "$(cache_dir)"
  draft=$(mktemp -d "$PGBOUNCER_DIR.XXXXXX") || return 1
  if "$how" "$draft" "$@" && [ -n "$(pgbouncer_version "$draft")" ]; then
    mv "$draft" "$PGBOUNCER_DIR"
  else
    rm -rf "$draft"
    return 1
  fi
}

# pgbouncer_launch NAME FOLDER MAX_PREPARED_STATEMENTS: sets LAUNCHED_URL. deploy/pgbouncer/pgbouncer.ini with the
# addresses of this run; a release that does not know max_prepared_statements gets the file without it.
pgbouncer_launch() {
  local name=$1 home=$SERVICES_DIR/pgbouncer-$1 prepared=$3
  mkdir -p "$home"
  cp -R "$2/." "$home/"
  printf '"tradewind" ""\n' >"$home/users.txt"
  {
    sed "/^max_prepared_statements/d" deploy/pgbouncer/pgbouncer.ini
    [ -z "$prepared" ] || printf 'max_prepared_statements = %s\n' "$prepared"
    # The last word counts, so these lines take the place of the file's own.
    cat <<INI
listen_addr =
unix_socket_dir = $home
auth_type = trust
auth_file = $home/users.txt
stats_users = tradewind
logfile = $home/log
pidfile = $SERVICES_DIR/pgbouncer-$name.pid
[databases]
INI
    sed -n "s|^\* = host=[^ ]* port=[^ ]*|* = host=$SERVICES_DIR/s port=5432|p" deploy/pgbouncer/pgbouncer.ini
  } >"$home/pgbouncer.ini"
  [ -z "$SERVICES_USER" ] || chown -R "$SERVICES_USER" "$home"
  pgbouncer_quietly "$home" || {
    cat "$home/log" "$SERVICES_DIR/log" >&2 2>/dev/null
    return 1
  }
  LAUNCHED_URL="postgres://tradewind@localhost:6432/tradewind?host=$home"
}

pgbouncer_quietly() {
  local waits=0
  if [ -x "$1/ld.so" ]; then
    quietly "$1/ld.so" --library-path "$1" "$1/pgbouncer" -q -d "$1/pgbouncer.ini" || return
  else
    quietly env LD_LIBRARY_PATH="$1" "$1/pgbouncer" -q -d "$1/pgbouncer.ini" || return
  fi
  while [ ! -S "$1/.s.PGSQL.6432" ]; do
    [ "$waits" -lt 50 ] || return 1
    sleep 0.1
    waits=$((waits + 1))
  done
}

pgbouncer_skip() {
  if [ "${TRADEWIND_PGBOUNCER:-}" = require ]; then
    say "TRADEWIND_PGBOUNCER=require, but $*"
    return 5
  fi
  say "SKIPPED: $*"
}

# pgbouncer_sort DIR: an answer for PGBOUNCER_OLD or for PGBOUNCER_NEW.
pgbouncer_sort() {
  if [ "$(pgbouncer_version "$1")" -ge 121 ]; then PGBOUNCER_NEW=$1; else PGBOUNCER_OLD=$1; fi
}

# Sets PGBOUNCER_OLD and PGBOUNCER_NEW to folders, or to nothing.
pgbouncer_find() {
  PGBOUNCER_OLD=''
  PGBOUNCER_NEW=''
  # Not from the cache: the machine's own may have been upgraded.
  if pgbouncer_installed "$SERVICES_DIR/installed"; then
    pgbouncer_sort "$SERVICES_DIR/installed"
  elif pgbouncer_have packaged pgbouncer_packaged; then
    pgbouncer_sort "$PGBOUNCER_DIR"
  fi
  if [ -z "$PGBOUNCER_NEW" ] && pgbouncer_have trixie pgbouncer_of_release trixie; then
    pgbouncer_sort "$PGBOUNCER_DIR"
  fi
  if [ -z "$PGBOUNCER_OLD" ] && pgbouncer_have bookworm pgbouncer_of_release bookworm; then
    pgbouncer_sort "$PGBOUNCER_DIR"
  fi
}

pgbouncer_start() {
  local prepared
  [ "${TRADEWIND_PGBOUNCER:-}" != no ] || return 0
  if [ ! -S "$SERVICES_DIR/s/.s.PGSQL.5432" ]; then
    pgbouncer_skip "PgBouncer is tested only over a PostgreSQL that this script starts (unset DATABASE_URL)"
    return
  fi
  pgbouncer_find
  if [ -n "$PGBOUNCER_NEW" ]; then
    pgbouncer_launch new "$PGBOUNCER_NEW" 200 || return
    export PGBOUNCER_URL="$LAUNCHED_URL"
    pgbouncer_launch unprepared "$PGBOUNCER_NEW" 0 || return
    export PGBOUNCER_UNPREPARED_URL="$LAUNCHED_URL"
  else
    pgbouncer_skip "no PgBouncer 1.21 or newer (install pgbouncer, or mmdebstrap on Debian)" || return
  fi
  if [ -n "$PGBOUNCER_OLD" ]; then
    pgbouncer_launch old "$PGBOUNCER_OLD" '' || return
    export PGBOUNCER_OLD_URL="$LAUNCHED_URL"
  else
    pgbouncer_skip "no PgBouncer before 1.21 (Debian 12 has it; elsewhere on Debian install mmdebstrap)" || return
  fi
}
