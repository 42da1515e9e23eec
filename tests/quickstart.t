#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a quickstart that does not find out what a bare machine lacks, asks the wrong package
# manager for it, becomes root where it must not, or goes on when something is still missing.
#
# The bare machine is a PATH with the few programs that every system has, and with a package manager
# and a sudo of our own that only write down how they were called.
set -u
srcdir=$(cd "${CARAFE_SRCDIR:-.}" && pwd) || exit 1

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" "$folder/build"
for tool in sh sed tr sort id uname dirname mkdir tail cat rm find grep; do
	path=$(command -v "$tool") || {
		echo "Bail out! this machine has no $tool"
		exit 1
	}
	ln -s "$path" "$folder/bin/$tool"
done
calls=$folder/calls

# stub NAME LINE...: a program that writes down its call and then runs the lines.
stub()
{
	stub_path=$folder/bin/$1
	shift
	rm -f "$stub_path"
	{
		echo "#!$folder/bin/sh"
		# The stub shall expand these, not we.
		# shellcheck disable=SC2016
		echo 'echo "${0##*/} $*" >>'"'$calls'"
		printf '%s\n' "$@"
	} >"$stub_path"
	chmod +x "$stub_path"
}

# quickstart ARGUMENT...: on the bare machine; sets status.
quickstart()
{
	: >"$calls"
	env -i PATH="$folder/bin" CI="${ci:-}" CARAFE_BUILD="$folder/build" \
		"$folder/bin/sh" "$srcdir/quickstart" "$@" >"$folder/out" 2>&1 </dev/null
	status=$?
}

number=0
# report STATUS NAME
report()
{
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		echo "# exit status $status; calls and output:"
		sed 's/^/#   /' "$calls" "$folder/out"
	fi
}

all_of()
{
	for word in "$@"; do
		grep -qw -e "$word" "$folder/out" || return 1
	done
}

user()
{
	stub id "echo $1"
}

# ---- what it tells -------------------------------------------------------------------------------

quickstart --no-install check
[ $status -eq 3 ] && all_of missing autoconf automake libtool make libatomic_ops
report $? "without a package manager it names what is missing, and ends with 3"

common='autoconf automake libtool'
while read -r manager names; do
	stub "$manager"
	quickstart --no-install check
	# shellcheck disable=SC2086
	[ $status -eq 3 ] && all_of $manager $common $names && ! [ -s "$calls" ]
	report $? "$manager: it tells the right packages, and calls nothing"
	rm -f "$folder/bin/$manager"
done <<'LIST'
apt-get gcc libc6-dev make pkg-config libatomic-ops-dev libjansson-dev
dnf gcc glibc-devel make pkgconf-pkg-config libatomic_ops-devel jansson-devel
pacman gcc make pkgconf libatomic_ops jansson
apk gcc musl-dev make pkgconf libatomic_ops-dev jansson-dev
zypper gcc glibc-devel make pkg-config libatomic_ops-devel libjansson-devel
pkg pkgconf libatomic_ops jansson
brew pkgconf libatomic_ops jansson
LIST

quickstart --help
[ $status -eq 0 ] && all_of run check develop no-install
report $? "--help tells the commands"

quickstart
[ $status -eq 2 ]
report $? "no command is a wrong usage"

quickstart build
[ $status -eq 2 ]
report $? "an unknown command is a wrong usage"

# ---- what it does --------------------------------------------------------------------------------

stub apk
user 0
quickstart check
grep -q '^apk add .*libatomic_ops-dev' "$calls" && ! grep -q sudo "$calls"
report $? "root installs without sudo"

[ $status -eq 3 ] && all_of still missing
report $? "what is still missing afterwards ends it with 3"

stub apk 'exit 1'
quickstart check
[ $status -eq 1 ] && all_of failed
report $? "a package manager that fails ends it with 1"

stub apk
user 1000
quickstart check
[ $status -eq 3 ] && all_of root 'apk add' && ! grep -q '^apk' "$calls"
report $? "a user without sudo is told what root must run"

stub sudo 'exit 1'
quickstart check
[ $status -eq 3 ] && ! grep -q '^apk' "$calls" && ! grep '^sudo' "$calls" | grep -qv '^sudo -n true$'
report $? "without a terminal it does not wait for sudo's password"

# The stub shall expand these, not we.
# shellcheck disable=SC2016
stub sudo '[ "$2" = true ] && exit 0' 'shift' 'exec "$@"'
ci=true quickstart check
grep -q '^sudo -n apk add' "$calls" && grep -q '^apk add' "$calls"
report $? "it uses a sudo that needs no password"

echo "1..$number"
