# shellcheck shell=bash
pgbouncer_start() { :; }
