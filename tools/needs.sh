#!/bin/sh
# Installs what the tests need from Debian where it can: as root with apt-get.
# Elsewhere it says which tests will be skipped; under CI that is a failure.
set -eu
PATH="$PATH:/usr/sbin:/sbin"
missing=""
for program in ngircd inspircd atheme-services chromium; do
	command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "needs: installing$missing"
	# RUNLEVEL=1 keeps Debian from starting the daemons: tests start their own.
	export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
	log="$(dirname "$0")/../bin/needs.log"
	mkdir -p "$(dirname "$log")"
	{ apt-get update && apt-get install -y --no-install-recommends $missing fonts-noto-core; } </dev/null >"$log" 2>&1 ||
		{ tail -20 "$log"; echo "needs: apt-get failed"; exit 1; }
	exit 0
fi
echo "needs: not installed, so their tests are skipped:$missing"
echo "needs: as root: apt-get install$missing"
[ "${CI:-}" != true ] || exit 1
