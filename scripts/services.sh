# shellcheck shell=bash
# Private throw-away PostgreSQL and Redis on Unix sockets: no ports to choose, nothing that clashes. Sourced by
# with-services, which owns their life. A server whose address is given (DATABASE_URL, REDIS_URL) is used instead.

# shellcheck source=scripts/say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"
# shellcheck source=scripts/install.sh
. "${BASH_SOURCE[0]%/*}/install.sh"

SERVICES_DIR=''
# The user that runs the servers where we are root: PostgreSQL and PgBouncer refuse uid 0.
SERVICES_USER=''

as_service_user() {
  if [ -z "$SERVICES_USER" ]; then
    "$@"
  elif command -v setpriv >/dev/null; then
    setpriv --reuid="$SERVICES_USER" --regid="$(id -g "$SERVICES_USER")" --clear-groups env HOME="$SERVICES_DIR" "$@"
  else
    su -m "$SERVICES_USER" -c "$(printf '%q ' env HOME="$SERVICES_DIR" "$@")"
  fi
}

# A daemon must inherit neither our output (whoever reads it would wait for ever) nor descriptors of locks.
# LC_ALL: PostgreSQL on macOS does not start under an unknown locale.
quietly() (
  exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- </dev/null >>"$SERVICES_DIR/log" 2>&1
  cd "$SERVICES_DIR" || exit 1
  export LC_ALL=C TZ=UTC
  as_service_user "$@"
)

# Memory, where there is enough of it, makes a database per test cheap. The path stays short: a socket's is limited
# to 104 bytes on macOS.
services_root() {
  if [ -z "${SERVICES_DURABLE:-}" ] && [ -d /dev/shm ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt 1000000 ]; then
    printf /dev/shm
  else
    printf /tmp
  fi
}

services_init() {
  local user
  services_sweep
  SERVICES_DIR=$(mktemp -d "$(services_root)/tradewind.XXXXXX")
  printf '%s\n' "$$" >"$SERVICES_DIR/owner"
  if [ "$(id -u)" = 0 ]; then
    for user in postgres nobody; do
      if id "$user" >/dev/null 2>&1; then
        SERVICES_USER=$user
        break
      fi
    done
    chown "$SERVICES_USER" "$SERVICES_DIR"
  fi
  # Without root only this user gets in: the servers trust whoever reaches their socket.
  if [ -n "$SERVICES_USER" ]; then chmod 711 "$SERVICES_DIR"; else chmod 700 "$SERVICES_DIR"; fi
  : >"$SERVICES_DIR/log"
  [ -z "$SERVICES_USER" ] || chown "$SERVICES_USER" "$SERVICES_DIR/log"
}

postgres_start() {
  local data=$SERVICES_DIR/pg socket=$SERVICES_DIR/s settings
  need_postgres || return
  quietly mkdir "$socket"
  # Sorting of text never depends on the machine's locale. fsync is off: nobody needs these data tomorrow.
  settings="-k $socket -c listen_addresses= -c max_connections=300 -c shared_buffers=128MB"
  [ -n "${SERVICES_DURABLE:-}" ] || settings="-F -c full_page_writes=off $settings"
  if ! { quietly "$POSTGRES_BIN/initdb" -D "$data" -U tradewind -A trust -E UTF8 --locale=C --no-sync &&
    quietly "$POSTGRES_BIN/pg_ctl" -D "$data" -l "$SERVICES_DIR/postgres.log" -o "$settings" -w -t 60 -s start &&
    quietly "$POSTGRES_BIN/createdb" -h "$socket" -U tradewind tradewind; }; then
    say "PostgreSQL from $POSTGRES_BIN did not start:"
    cat "$SERVICES_DIR/log" "$SERVICES_DIR/postgres.log" >&2 2>/dev/null || :
    return 4
  fi
  export DATABASE_URL="postgres://tradewind@localhost/tradewind?host=$socket"
}

redis_start() {
  need_redis || return
  quietly "$REDIS_SERVER" --port 0 --unixsocket "$SERVICES_DIR/redis.sock" --unixsocketperm 777 --save '' \
    --appendonly no --dir "$SERVICES_DIR" --daemonize yes --pidfile "$SERVICES_DIR/redis.pid" \
    --logfile "$SERVICES_DIR/redis.log" || {
    say "Redis ($REDIS_SERVER) did not start:"
    cat "$SERVICES_DIR/log" >&2
    return 4
  }
  export REDIS_URL="redis+unix://$SERVICES_DIR/redis.sock"
}

# Starts what has no address yet.
services_start() {
  [ -n "${DATABASE_URL:-}" ] || postgres_start || return
  [ -n "${REDIS_URL:-}" ] || redis_start || return
}

# services_stop DIR: ends the servers of that folder at once, then removes it.
services_stop() {
  local dir=$1 file pid pids='' waits=0
  [ -n "$dir" ] && [ -d "$dir" ] || return 0
  for file in "$dir"/*.pid "$dir"/pg/postmaster.pid; do
    [ -s "$file" ] || continue
    IFS= read -r pid <"$file" || :
    # PostgreSQL ends without a checkpoint on QUIT; the others know TERM.
    case $file in */postmaster.pid) kill -QUIT "$pid" ;; *) kill -TERM "$pid" ;; esac 2>/dev/null && pids="$pids $pid"
  done
  # shellcheck disable=SC2086 # a list of numbers
  while [ -n "$pids" ] && kill -0 $pids 2>/dev/null && [ "$waits" -lt 50 ]; do
    sleep 0.1
    waits=$((waits + 1))
  done
  rm -rf "$dir"
}

# Folders of runs that ended without a word, for example by a power cut.
services_sweep() {
  local dir owner
  for dir in /dev/shm/tradewind.?????? /tmp/tradewind.??????; do
    if [ ! -s "$dir/owner" ] || [ ! -O "$dir/owner" ]; then continue; fi
    IFS= read -r owner <"$dir/owner" || continue
    kill -0 "$owner" 2>/dev/null || services_stop "$dir"
  done
}
