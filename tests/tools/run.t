#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a `carafe run' that changes what its program sees or says: exit status, output, signals
# and variables; that leaves anything behind; and wrong exit statuses of its own.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/tools/prologue"

need_preload

echo "1..25"
is "a program's success is passed on" "$(status "$carafe" run true)" 0
is "a program's exit status is passed on" "$(status "$carafe" run -- sh -c 'exit 42')" 42
is "a signal that ends the program gives 128 + its number" \
	"$(status "$carafe" run sh -c 'kill -9 $$')" 137
is "a missing program gives 127" "$(status "$carafe" run -- ./no-such-program)" 127
is "the message names it" "$(grep -c 'cannot run ./no-such-program' "$place/err")" 1
is "a file that is no program gives 126" "$(status "$carafe" run -- "$place")" 126
is "no program is wrong usage" "$(status "$carafe" run)" 2
is "an unknown option is wrong usage" "$(status "$carafe" run --nonsense true)" 2
is "a spin that is no number is wrong usage" "$(status "$carafe" run --spin x true)" 2
is "a negative spin is wrong usage" "$(status "$carafe" run --spin=-1 true)" 2
is "an impossible name of an environment gives 125" "$(status "$carafe" run --env .x true)" 125
is "an environment in a folder that is not there gives 125" \
	"$(status "$carafe" run --env "$place/a/b" true)" 125

is "options after PROGRAM are its own" "$("$carafe" run echo --env x 2> /dev/null)" "--env x"
is "input and output are the program's own" \
	"$(echo text | "$carafe" run cat 2> /dev/null)" "text"
is "CARAFE_ENV is the folder of an environment of its own" \
	"$("$carafe" run sh -c 'case $CARAFE_ENV in "$XDG_RUNTIME_DIR"/carafe/run-*)
		[ -d "$CARAFE_ENV" ] && echo yes; esac' 2> /dev/null)" yes
is "--env chooses it" "$("$carafe" run --env mine sh -c 'echo "$CARAFE_ENV"' 2> /dev/null)" \
	"$place/run/carafe/mine"
is "CARAFE_ENV chooses it" \
	"$(CARAFE_ENV=theirs "$carafe" run sh -c 'echo "$CARAFE_ENV"' 2> /dev/null)" \
	"$place/run/carafe/theirs"
is "--spin becomes CARAFE_SPIN" "$("$carafe" run -s 7 sh -c 'echo $CARAFE_SPIN' 2> /dev/null)" 7
is "programs offer no janitor, for there is one" \
	"$("$carafe" run sh -c 'echo $CARAFE_JANITOR' 2> /dev/null)" 0
is "what LD_PRELOAD said stays behind ours" \
	"$(LD_PRELOAD=$place/none.so "$carafe" run sh -c 'echo "${LD_PRELOAD##*:}"' 2> /dev/null)" \
	"$place/none.so"

# The runner says nothing; the program tells its own number when it is ready.
"$carafe" run sh -c 'trap "exit 33" TERM; echo ready >&3; while :; do sleep 0.05; done' \
	3> "$place/ready" 2> /dev/null &
runner=$!
while [ ! -s "$place/ready" ]; do sleep 0.05; done
kill -TERM $runner
wait $runner
is "a signal to the runner reaches the program" "$?" 33

# The runner is killed: whoever is left must be looked after, and go on.
rm -f "$place/ready"
"$carafe" run --env kept sh -c 'echo ready >&3; while [ ! -e "$0" ]; do sleep 0.05; done
	"$1" status "$CARAFE_ENV" > "$0.out"; echo $? > "$0.done"' \
	"$place/go" "$carafe" 3> "$place/ready" 2> /dev/null &
runner=$!
while [ ! -s "$place/ready" ]; do sleep 0.05; done
kill -KILL $runner
wait $runner 2> /dev/null
# The program is not attached itself, so only the keeper can make the answer yes.
: > "$place/go"
while [ ! -s "$place/go.done" ]; do sleep 0.05; done
is "when the runner is killed, the keeper stays for its program" "$(cat "$place/go.done")" 0

# The keeper cleans up.  The runner does not wait for long, so what is removed may still be there.
looks=0
while find "$place/run/carafe" -name 'run-*' | grep -q . && [ $looks -lt 600 ]; do
	sleep 0.05
	looks=$((looks + 1))
done
is "an environment made for one run is removed after it" \
	"$(find "$place/run/carafe" -name 'run-*' | wc -l | tr -d ' ')" 0
is "there is help" "$(status "$carafe" run --help)" 0
is "it goes to the standard output" "$(grep -c '^Usage: carafe run' "$place/out")" 1
exit $failed
