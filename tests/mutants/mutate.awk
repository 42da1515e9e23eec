# SPDX-License-Identifier: MIT
# Applies one mutant of a list: awk -v name=NAME -v root=FOLDER -f mutate.awk LIST
# writes the changed file to the standard output; exit status 3: the text is not there once.
# With list=1: the names, their files and descriptions, separated by tabs.

function flush_mutant()
{
	if (list && this != "")
		print this "\t" file "\t" about
}

/^== / {
	flush_mutant()
	this = $2
	file = $3
	part = about = ""
	next
}
this == "" { next }
/^---$/ { part = "old"; next }
/^\+\+\+$/ { part = "new"; next }
part == "" { about = about (about == "" ? "" : " ") $0; next }
this == name {
	if (part == "old")
		old = old $0 "\n"
	else
		new = new $0 "\n"
	wanted = file
}

END {
	flush_mutant()
	if (list)
		exit 0
	while ((getline line < (root "/" wanted)) > 0)
		text = text line "\n"
	# The last line may be the beginning of one.
	at = index(text, old)
	if (!at && old != "") {
		sub(/\n$/, "", old)
		sub(/\n$/, "", new)
		at = index(text, old)
	}
	if (!at || index(substr(text, at + 1), old))
		exit 3
	printf "%s%s%s", substr(text, 1, at - 1), new, substr(text, at + length(old))
}
