# SPDX-License-Identifier: MIT
# The places in core/ that ask for a memory order, from its files: line, file, function, call, with tabs between.
# A place is a line, as it is for carafe-sim --orders; a call that a function has several times is numbered.
function calls(text,   found, rest, depth, i, all)
{
	all = ""
	rest = text
	while (match(rest, /cf_(load|store|load32|store32|fence_loads|fence_stores|fence_after_cas)\(/)) {
		if (RSTART > 1 && substr(rest, RSTART - 1, 1) ~ /[A-Za-z0-9_]/) {
			rest = substr(rest, RSTART + RLENGTH)
			continue
		}
		found = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		depth = 1
		for (i = 1; depth > 0 && i <= length(rest); i++) {
			if (substr(rest, i, 1) == "(")
				depth++
			else if (substr(rest, i, 1) == ")")
				depth--
		}
		all = all (all == "" ? "" : " ") found substr(rest, 1, i - 1)
		rest = substr(rest, i)
	}
	return all
}

FNR == 1 {
	name = FILENAME
	sub(/^.*core\//, "core/", name)
	split("", times)
}

# A function's head stands at the margin, and its name is what its parenthesis follows.
/^[a-z].*\(/ && !/;$/ {
	head = $0
	sub(/\(.*/, "", head)
	sub(/^.*[ *]/, "", head)
	function_name = head
}

/^[\t ]/ && !/^[\t]* \*/ && !/^[\t ]*\/\*/ {
	call = calls($0)
	if (call == "")
		next
	key = function_name "\t" call
	if (++times[key] > 1)
		call = call " #" times[key]
	printf "%d\t%s\t%s\t%s\n", FNR, name, function_name, call
}
