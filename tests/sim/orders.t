#!/bin/sh
# SPDX-License-Identifier: MIT
# Every memory order that core/ asks for has a verdict in tests/sim/orders.list, and those that are
# said to be needed are: with that order weaker by one step the scenario goes wrong by the schedule
# beside it, and as it is it does not.  Catches an order that nobody thought about, and one that has
# lost its reason.
set -u
source=${CARAFE_SRCDIR:-.}
list=$source/tests/sim/orders.list
tab=$(printf '\t')

. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/sim/prologue"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

# core/atomic.h is what they are asked of.
files=
for file in "$source"/core/*.[ch]; do
	[ "${file##*/}" = atomic.h ] || files="$files $file"
done
# shellcheck disable=SC2086
awk -f "$source/tests/sim/orders.awk" $files >"$folder/places"
cut -f 2-4 "$folder/places" | sort >"$folder/asked"
grep -v '^#' "$list" | cut -f 1-3 | sort >"$folder/judged"
[ -s "$folder/asked" ]
result $? "core/ asks for memory orders"
diff "$folder/judged" "$folder/asked" >"$folder/difference"
result $? "each has a verdict, and each verdict an order"
sed 's/^/# /' "$folder/difference"

# weaker CALL: what it gets instead.
weaker()
{
	case $1 in
	*after_cas*) echo acq_rel ;;
	*) echo relaxed ;;
	esac
}

# goes_wrong OPTION...
goes_wrong()
{
	"$sim" "$@" >"$folder/output" 2>&1
	[ $? -eq 1 ]
}

# shows PLACE:ORDER SCENARIO SCHEDULE
shows()
{
	goes_wrong --scenario "$2" --stale 1 --weaken "$1" --replay "$3" &&
		! goes_wrong --scenario "$2" --stale 1 --replay "$3"
}

# nearby SCHEDULE: those in which one thread makes a few steps more or fewer once.
nearby()
{
	echo "$1" | awk -F , '{
		for (i = 1; i <= NF; i++) {
			if (split($i, part, "*") != 2)
				continue
			for (by = -12; by <= 12; by++) {
				if (by == 0 || part[2] + by < 1)
					continue
				line = ""
				for (j = 1; j <= NF; j++)
					line = line (j > 1 ? "," : "") (j == i ? part[1] "*" part[2] + by : $j)
				print line
			}
		}
	}'
}

# is_needed PLACE:ORDER SCENARIO SCHEDULE; once core/ has changed, another schedule may show it: then that
# belongs into the list.
is_needed()
{
	! goes_wrong --scenario "$2" --stale 1 --replay "$3" || return 1
	goes_wrong --scenario "$2" --stale 1 --weaken "$1" --replay "$3" && return 0
	nearby "$3" >"$folder/nearby"
	while read -r near; do
		if shows "$1" "$2" "$near"; then
			echo "# now $2 $near"
			return 0
		fi
	done <"$folder/nearby"
	goes_wrong --scenario "$2" --stale 8 --weaken "$1" --schedules 20000 --seed 1 --first
}

grep -v '^#' "$list" >"$folder/verdicts"
while IFS=$tab read -r file function call verdict scenario schedule; do
	line=$(awk -F "$tab" -v file="$file" -v function_name="$function" -v call="$call" \
		'$2 == file && $3 == function_name && $4 == call { print $1 }' "$folder/places")
	case $verdict in
	needed)
		is_needed "$function:$line:$(weaker "$call")" "$scenario" "$schedule"
		result $? "$function: $call is needed in $scenario"
		;;
	outside)
		[ -n "$scenario" ]
		result $? "$function: $call has a reason"
		;;
	*)
		result 1 "$function: $call has a verdict, not \"$verdict\""
		;;
	esac
done <"$folder/verdicts"
echo "1..$number"
exit $failed
