#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a public call at whose instructions nobody is ever killed or stopped.
set -u
: "${CARAFE_SRCDIR:=.}"
cd "$CARAFE_SRCDIR" || exit 1

# They touch no environment.
harmless='carafe_backend carafe_environment_path carafe_status_name carafe_version'

calls=$(sed -n 's/^CARAFE_API .*[ *]\(carafe_[a-z_]*\)(.*/\1/p' include/carafe/*.h)
count=0
missing=
for call in $calls; do
	count=$((count + 1))
	case " $harmless " in
	*" $call "*) continue ;;
	esac
	grep -q "$call(" tests/kill/objects.c tests/kill/processes.c || missing="$missing $call"
done

echo "1..2"
if [ "$count" -gt 20 ]; then
	echo "ok 1 - $count public calls are found"
else
	echo "not ok 1 - $count public calls are found"
fi
if [ -z "$missing" ]; then
	echo "ok 2 - each that touches an environment is in a scenario of tests/kill"
else
	echo "not ok 2 - each that touches an environment is in a scenario of tests/kill"
	echo "# missing:$missing"
fi
