#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a configure that accepts a machine on which Carafe would silently not work: where atomic
# operations are emulated inside one process, or where there is no 64-bit compare-and-swap; and one
# that refuses without saying why.
set -u
srcdir=$(cd "${CARAFE_SRCDIR:-.}" && pwd) || exit 1
: "${CC:=cc}"

if [ ! -x "$srcdir/configure" ] || [ -e "$srcdir/config.status" ]; then
	echo "1..0 # SKIP configure cannot run here: the sources themselves were configured"
	exit 0
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# Narrow atomics: what libatomic_ops offers on a 32-bit processor without a double-width operation.
mkdir narrow absent
cat >narrow/atomic_ops.h <<'HEADER'
typedef unsigned int AO_t;
#define AO_HAVE_int_compare_and_swap_full
#define AO_HAVE_int_fetch_and_add_full
#define AO_HAVE_int_load_acquire
#define AO_HAVE_int_store_release
#define AO_HAVE_nop_full
#define AO_HAVE_compare_and_swap_full
HEADER
sed '/int_compare_and_swap/d' narrow/atomic_ops.h >absent/atomic_ops.h

number=0
# refuses NAME SENTENCE ARGUMENT...
refuses()
{
	name=$1
	sentence=$2
	shift 2
	number=$((number + 1))
	if "$srcdir/configure" -q --disable-static CC="$CC" "$@" >out 2>&1; then
		echo "not ok $number - $name"
		echo "# configure accepted it"
	elif grep -q "error: .*$sentence" out; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' out
	fi
}

echo "1..6"
refuses "AO_USE_PTHREAD_DEFS is refused" "atomic operations would be emulated" \
	CPPFLAGS=-DAO_USE_PTHREAD_DEFS
refuses "AO_REQUIRE_CAS is refused" "atomic operations would be emulated" \
	CPPFLAGS=-DAO_REQUIRE_CAS
refuses "a target without 32-bit compare-and-swap is refused" "no native 32-bit compare-and-swap" \
	ATOMIC_OPS_CFLAGS="-I$folder/absent"
refuses "a target without 64-bit compare-and-swap is refused" "no native 64-bit compare-and-swap" \
	ATOMIC_OPS_CFLAGS="-I$folder/narrow"
refuses "a system without a backend is refused" "there is no backend for minix" \
	--host=x86_64-unknown-minix
refuses "a sanitizer that the compiler does not have is refused" "cannot build with -fsanitize=nothing" \
	--enable-sanitizer=nothing
