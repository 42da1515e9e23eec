#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a command that hides, changes or dies of an environment that is broken, foreign or held
# up: each must say so in its exit status, in text and in JSON, and leave everything as it was.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/tools/prologue"
mkdir -m 700 "$place/run/carafe"
runner=
clean_up()
{
	[ -z "$runner" ] || kill -KILL "$runner" 2>/dev/null
	: >"$place/stop"
	rm -rf "$place"
}
trap clean_up EXIT

# All that can be seen of the environments, but the memory, which their users change.  The folder
# around them changes with doctor's own.
looks()
{
	(cd "$place/run/carafe" && find ./* -exec ls -ldn --time-style=full-iso {} + &&
		find ./* -type f -size -1000k -exec cksum {} +) 2>&1 | grep -v /memory
}

# is_json NAME FILTER WANTED: of the output.
is_json()
{
	if grep -q 'install jansson' "$place/err"; then
		number=$((number + 1))
		echo "ok $number - $1 # SKIP built without jansson"
	elif command -v jq >/dev/null 2>&1; then
		is "$1" "$(jq -c "$2" <"$place/out" 2>&1)" "$3"
	else
		number=$((number + 1))
		echo "ok $number - $1 # SKIP no jq here"
	fi
}

# refused NAME WHAT: all commands say what, and those that look change nothing.
refused()
{
	is "$1: run fails" "$(status "$carafe" run --env "$1" true)" 125
	is "$1: and says why" "$(grep -c "$2" "$place/err")" 1
	before=$(looks)
	is "$1: status says no" "$(status "$carafe" status "$1")" 1
	is "$1: and why" "$(grep -c "$2" "$place/out")" 1
	is "$1: in JSON, too" "$(status "$carafe" status --json "$1")" 1
	is_json "$1: which is sound" '[.name, .on, .path]' "[\"$1\",false,null]"
	is "$1: doctor has a problem" "$(status "$carafe" doctor --env "$1")" 1
	is "$1: and says which" "$(grep -c "^PROBLEM: cannot look at the environment: .*$2" \
		"$place/out")" 1
	is "$1: in JSON, too" "$(status "$carafe" doctor --json --env "$1")" 1
	is_json "$1: which is sound" \
		'[.environment, (.problems | length > 0), .works]' '[null,true,true]'
	is "$1: fsck cannot check it, or finds fault" \
		"$(case $(status "$carafe" fsck "$1") in 1 | 3) echo yes ;; esac)" yes
	is "$1: and says why" "$([ "$(grep -c "$2\|^header 0: " "$place/out")" -gt 0 ] && echo yes)" yes
	is "$1: nothing has changed" "$(looks)" "$before"
}

need_preload

# start NAME: a run of a program that stays until there is a file "stop".
start()
{
	rm -f "$place/ready" "$place/stop"
	# It takes what it needs as arguments.
	# shellcheck disable=SC2016
	"$carafe" run --env "$1" sh -c 'echo ready >&3; while [ ! -e "$0" ]; do sleep 0.05; done
		exit 33' "$place/stop" 3>"$place/ready" 2>/dev/null &
	runner=$!
	while [ ! -s "$place/ready" ]; do sleep 0.05; done
}

finish()
{
	: >"$place/stop"
	wait "$runner"
	result=$?
	runner=
}

ln -s /nowhere "$place/run/carafe/link"
refused link "is a link"

mkdir -m 777 "$place/run/carafe/open"
chmod 777 "$place/run/carafe/open"
refused open "can be written by others"

# Only who would make an environment is told what else lies there.
mkdir -m 700 "$place/run/carafe/foreign"
echo text >"$place/run/carafe/foreign/1"
before=$(looks)
is "foreign: run fails" "$(status "$carafe" run --env foreign true)" 125
is "foreign: and says why" "$(grep -c 'holds something else' "$place/err")" 1
is "foreign: nobody uses it" "$(status "$carafe" status foreign)" 1
is "foreign: nothing has changed" "$(looks)" "$before"

damaged()
{
	start damaged
	memory=$(find "$place/run/carafe/damaged" -name memory)
	# The first byte of the magic number, as of another program.
	printf x | dd of="$memory" bs=1 conv=notrunc 2>/dev/null
	refused damaged "another version of Carafe uses it"
	finish
	is "damaged: its program was left alone" $result 33
	is "damaged: when it has ended the environment is made afresh" \
		"$(status "$carafe" run --env damaged true)" 0
}
elsewhere=$(weakness 'memory does not lie in the files')
if [ -z "$elsewhere" ]; then
	damaged
else
	skip "damaged: run fails, and leaves its program alone" "$elsewhere"
fi

# A keeper that stands still holds up nobody but the cleaning.
start kept
keeper=
while [ -z "$keeper" ]; do
	keeper=$("$carafe" status kept | awk -v runner="$runner" '$1 ~ /^[0-9]+$/ && $1 != runner {
		print $1 }')
done
kill -STOP "$keeper"
is "kept: a stopped keeper is there" "$(status "$carafe" status kept)" 0
"$carafe" status --json kept >"$place/out" 2>"$place/err"
is_json "kept: as alive" "[.on, (.processes[] | select(.pid == $keeper).alive)]" '[true,true]'
is "kept: others can run there" "$(status "$carafe" run --env kept sh -c 'exit 44')" 44
finish
is "kept: and the program's end is the runner's" $result 33
kill -CONT "$keeper"
# It may stay in the list of processes until somebody asks how it ended.
while "$carafe" status kept >/dev/null; do sleep 0.05; done
is "kept: when it goes on it ends, too" "$(status "$carafe" status kept)" 1

for spin in '' ' 7' +7 -1 7x 0x7 1e3 1000001 99999999999999999999; do
	is "run: a spin of \"$spin\" is wrong usage" "$(status "$carafe" run --spin "$spin" true)" 2
done
for spin in 0 007 1000000; do
	is "run: a spin of $spin is not" "$(status "$carafe" run --spin "$spin" true)" 0
done
is "status: JSON of a process that is not there" "$(status "$carafe" status --json 2147483647)" 1
is_json "status: says so" '[.pid, .on, .exists]' '[2147483647,false,false]'
if [ -e /dev/full ]; then
	for command in "run --help" "status --json none" doctor "doctor --json" "bench -q -n 1 -f none"; do
		# Several words.
		# shellcheck disable=SC2086
		is "$command: a full disk is noticed" \
			"$("$carafe" $command >/dev/full 2>/dev/null; echo $?)" 1
	done
fi
echo "1..$number"
exit $failed
