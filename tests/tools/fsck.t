#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches an environment at work that `carafe fsck' finds fault with, damage that it does not tell,
# wrong exit statuses, JSON that is none, and a check that changes what it looks at.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/tools/prologue"
runners=
# shellcheck disable=SC2086
trap '[ -z "$runners" ] || kill $runners 2>/dev/null; rm -rf "$place"' EXIT

# How often a text is in what was written last.
told()
{
	grep -c "$1" "$place/out"
}

# write OFFSET BYTES: into the environment's memory, by printf's rules.
write()
{
	# shellcheck disable=SC2059
	printf "$2" | dd of="$memory" bs=1 seek="$1" conv=notrunc 2>/dev/null
}

need_preload

is "--help" "$(status "$carafe" fsck --help)" 0
is "an unknown option is wrong usage" "$(status "$carafe" fsck --repair)" 2
is "two names are wrong usage" "$(status "$carafe" fsck one other)" 2
is "what is no name is wrong usage" "$(status "$carafe" fsck .hidden)" 2
is "an environment that nobody uses cannot be checked" "$(status "$carafe" fsck nobody)" 3

# A pipe for each word that a program says: who reads the second word from the pipe of the first one
# may still meet the opening that the first one was written by, find its end, and leave the program to
# wait for a reader for ever.  The programs live as long as descriptor 3.
mkfifo "$place/runs" "$place/rests" "$place/entered" "$place/end"
exec 3<>"$place/end"

# shellcheck disable=SC2016
"$carafe" run --env=used -- sh -c 'echo >"$1"; cat <&4' sh "$place/runs" 4<"$place/end" 3>&- &
runners=$!
read -r _ <"$place/runs"
is "an environment at work has no fault" "$(status "$carafe" fsck used)" 0
is "and that is said" "$(told 'nothing is wrong')" 1
is "it has none by its path" "$(status "$carafe" fsck "$XDG_RUNTIME_DIR/carafe/used")" 0
is "it has none by CARAFE_ENV" "$(CARAFE_ENV=used status "$carafe" fsck)" 0

# Nothing happens in the next one: no janitor goes its rounds, and the runner, which enters only when
# the program runs, has entered when it passes a signal on.
# shellcheck disable=SC2016
CARAFE_JANITOR=0 "$carafe" run --env=quiet -- sh -c 'trap "echo >\"$2\"" USR1
	cat <&4 & echo >"$1"; wait $!; wait $!' sh "$place/rests" "$place/entered" \
	4<"$place/end" 3>&- &
quiet=$!
runners="$runners $quiet"
read -r _ <"$place/rests"
kill -USR1 $quiet
read -r _ <"$place/entered"
memory=$(echo "$XDG_RUNTIME_DIR"/carafe/quiet/*/memory)
before=$(cksum <"$memory")
is "an environment at rest has no fault" "$(status "$carafe" fsck --exact quiet)" 0
elsewhere=$(weakness 'memory does not lie in the files')
if [ -z "$elsewhere" ]; then
	is "the check changes nothing" "$(cksum <"$memory")" "$before"
else
	skip "the check changes nothing" "$elsewhere"
fi

# Nobody leaves an orderly environment any more.
leave()
{
	# shellcheck disable=SC2086
	kill -9 $runners 2>/dev/null
	runners=
	exec 3>&-
	echo "1..$number"
	exit $failed
}

if [ -n "$elsewhere" ]; then
	echo "# what follows damages the file: $elsewhere"
	leave
fi

# The first list of free objects, and the count of threads with memory: nothing uses either here.
write 196 '\377\377\377\377'
is "damage is found" "$(status "$carafe" fsck quiet)" 1
is "and told" "$(told '^list of free objects 0: ')" 1
is "with what to do" "$(told '^What to do: ')" 1
is "in one line for each" "$(grep -c ': .*object' "$place/out")" 1
if "$carafe" fsck --json quiet >"$place/json" 2>"$place/err"; then
	is "JSON has the exit status of the text" 0 1
elif grep -q 'install jansson' "$place/err"; then
	skip JSON "built without jansson"
else
	cp "$place/json" "$place/out"
	is "JSON tells the same" "$(tr -d ' \n' <"$place/json" |
		grep -c '"kind":"listoffreeobjects","index":0,')" 1
fi
write 196 '\0\0\0\0'
is "damage that is gone is not found" "$(status "$carafe" fsck quiet)" 0

write 0 'X'
is "an environment whose header is damaged is checked" "$(status "$carafe" fsck quiet)" 1
is "and the header is told" "$(told '^header 0: the magic')" 1
write 0 'C'
write 12 '\1\2\3\4'
is "another layout is told" "$(status "$carafe" fsck quiet)" 1
is "and that nothing else was read" "$(told 'was not read')" 1

: >"$memory"
is "a memory that was cut off cannot be checked" "$(status "$carafe" fsck quiet)" 3
is "and that is said" "$(told 'damaged')" 1

leave
