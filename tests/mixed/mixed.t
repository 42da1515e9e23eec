#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches whatever keeps processes of 32 and 64 bits from working together in one environment, and a
# `carafe run` that serves /dev/ntsync to one sort of them only.
#
# CARAFE_OTHER names a folder in which the same sources were built for the other width, for example
# on x86-64 by: configure --host=i686-linux-gnu --disable-static && make && make check TESTS=
set -u
: "${CARAFE_BUILDDIR:=.}" "${CARAFE_OTHER:=}"
here=$CARAFE_BUILDDIR/tests/mixed/mixed
there=$CARAFE_OTHER/tests/mixed/mixed

if [ -z "$CARAFE_OTHER" ]; then
	echo "1..0 # SKIP no build for the other width is named by CARAFE_OTHER"
	exit 0
fi
if [ ! -x "$there" ]; then
	echo "1..0 # SKIP no $there: make check in that folder builds it"
	exit 0
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
number=0

# report STATUS NAME
report()
{
	number=$((number + 1))
	[ "$1" -eq 0 ] || printf 'not '
	echo "ok $number - $2"
}

# drive DRIVER MATE: its own results, but for the plan.
drive()
{
	TMPDIR=$folder "$1" "$2" >"$folder/output" 2>&1
	report $? "$3 is the driver of both sorts"
	sed -n -e '/^#/p' -e 's/^ok [0-9]* - /# passed: /p' \
		-e 's/^not ok [0-9]* - /# FAILED: /p' -e '/^Bail/p' "$folder/output"
}

drive "$here" "$there" "this width"
drive "$there" "$here" "the other width"

# /dev/ntsync in a tree of both widths.  What $LIB stands for is the loader's business: all names that
# it is known by are there.
lay_out()
{
	wide=$1 narrow=$2
	for name in lib64 lib/x86_64-linux-gnu; do
		mkdir -p "$folder/p/$name"
		ln -s "$wide/.libs/libcarafe-ntsync.so" "$folder/p/$name/"
	done
	for name in lib32 lib/i386-linux-gnu; do
		mkdir -p "$folder/p/$name"
		ln -s "$narrow/.libs/libcarafe-ntsync.so" "$folder/p/$name/"
	done
}

# serve FIRST SECOND NAME: a program of FIRST, which goes on as one of SECOND.
serve()
{
	XDG_RUNTIME_DIR=$folder/run "$CARAFE_BUILDDIR/carafe" run -- "$1/tests/mixed/relay" \
		"$2/tests/mixed/relay" >"$folder/output" 2>&1 && [ ! -s "$folder/output" ]
	report $? "$3"
	sed 's/^/# /' "$folder/output"
}

# The class that an ELF file names in its fifth byte.
case $(od -An -tu1 -j4 -N1 "$CARAFE_BUILDDIR/.libs/libcarafe-ntsync.so" 2>/dev/null) in
*2) lay_out "$CARAFE_BUILDDIR" "$CARAFE_OTHER" ;;
*1) lay_out "$CARAFE_OTHER" "$CARAFE_BUILDDIR" ;;
*)
	echo "# no preload was built"
	echo "1..$number"
	exit 0
	;;
esac
mkdir -m 700 "$folder/run"
CARAFE_PRELOAD=$folder/p/\$LIB/libcarafe-ntsync.so
export CARAFE_PRELOAD
serve "$CARAFE_BUILDDIR" "$CARAFE_OTHER" "objects of this width's program go on in one of the other"
serve "$CARAFE_OTHER" "$CARAFE_BUILDDIR" "and the other way round"
serve "$CARAFE_BUILDDIR" "$CARAFE_BUILDDIR" "and within this width"
echo "1..$number"
