# SPDX-License-Identifier: MIT
# Applies one mutant of a list: awk -v name=NAME -v root=FOLDER -f mutate.awk LIST
# writes the changed file to the standard output; exit status 3: the text is not there once.
# A mutant may have several such texts in its file.
# With list=1: the names, their files, "weak_" or "-", and descriptions, separated by tabs.

function flush_mutant()
{
	if (list && this != "")
		print this "\t" file "\t" mark "\t" about
}

/^== / {
	flush_mutant()
	this = $2
	file = $3
	mark = $4 != "" ? $4 "_" : "-"
	part = about = ""
	hunks = 0
	next
}
this == "" { next }
/^---$/ { part = "old"; hunks++; next }
/^\+\+\+$/ { part = "new"; next }
part == "" { about = about (about == "" ? "" : " ") $0; next }
this == name {
	if (part == "old")
		old[hunks] = old[hunks] $0 "\n"
	else
		new[hunks] = new[hunks] $0 "\n"
	wanted = file
	count = hunks
}

# Exchanges one text for another, which must be there once.
function exchange(from, to,    at)
{
	at = index(text, from)
	if (!at && from != "") {
		# The last line may be the beginning of one.
		sub(/\n$/, "", from)
		sub(/\n$/, "", to)
		at = index(text, from)
	}
	if (!at || index(substr(text, at + 1), from))
		exit 3
	text = substr(text, 1, at - 1) to substr(text, at + length(from))
}

END {
	flush_mutant()
	if (list)
		exit 0
	while ((getline line < (root "/" wanted)) > 0)
		text = text line "\n"
	if (!count)
		exit 3
	for (i = 1; i <= count; i++)
		exchange(old[i], new[i])
	printf "%s", text
}
