# SPDX-License-Identifier: MIT
#
# CARAFE_ATOMICS
#
# Finds libatomic_ops and refuses a target on which it cannot work in shared memory: processes
# share words, so every operation must be one of the processor's own on the word itself.  An
# emulation (a lock table in each process) would silently exclude nobody from another process.
# Everything is compiled and nothing is run, so that cross builds are checked too.
#
# Sets ATOMIC_OPS_CFLAGS and ATOMIC_OPS_LIBS.  The operations are inline on every accepted target;
# the library itself is linked only if a program with them does not link without.

AC_DEFUN([CARAFE_ATOMICS_NEED], [
AC_MSG_CHECKING([$1])
AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <stdint.h>
#include <atomic_ops.h>
]$2], [])], [AC_MSG_RESULT([yes])], [
	AC_MSG_RESULT([no])
	AC_MSG_ERROR([$3])
])
])

AC_DEFUN([CARAFE_ATOMICS], [
CARAFE_PKG([ATOMIC_OPS], [atomic_ops], [atomic_ops.h], [])
AS_IF([test "$carafe_have_ATOMIC_OPS" = no], [
	AC_MSG_ERROR([libatomic_ops is missing: install libatomic_ops (Debian: libatomic-ops-dev, Fedora: libatomic_ops-devel), or say where it is with ATOMIC_OPS_CFLAGS=-I/its/include])
])

carafe_save_CPPFLAGS=$CPPFLAGS
CPPFLAGS="$CPPFLAGS $ATOMIC_OPS_CFLAGS"

CARAFE_ATOMICS_NEED([whether atomic operations are not emulated], [[
#if defined(AO_REQUIRE_CAS) || defined(AO_USE_PTHREAD_DEFS) || defined(AO_WEAK_DOUBLE_CAS_EMULATION)
#error "emulated"
#endif
]], [atomic operations would be emulated here (AO_REQUIRE_CAS, AO_USE_PTHREAD_DEFS or AO_WEAK_DOUBLE_CAS_EMULATION is defined): an emulation locks inside one process and cannot protect memory shared by several. Remove the macro from CPPFLAGS; if libatomic_ops sets it for this target, Carafe cannot run on $host])

CARAFE_ATOMICS_NEED([whether 32-bit atomic operations are complete], [[
#if !defined(AO_HAVE_int_compare_and_swap_full) || !defined(AO_HAVE_int_fetch_and_add_full) \
	|| !defined(AO_HAVE_int_load_acquire) || !defined(AO_HAVE_int_store_release) \
	|| !defined(AO_HAVE_nop_full)
#error "incomplete"
#endif
#if defined(__has_builtin)
#if __has_builtin(__atomic_always_lock_free)
#define CAN_ASK
#endif
#elif defined(__GNUC__)
#define CAN_ASK
#endif
_Static_assert(sizeof(unsigned int) == 4, "unsigned int is not 32 bits wide");
#ifdef CAN_ASK
_Static_assert(__atomic_always_lock_free(4, 0), "32-bit compare-and-swap is not native");
#endif
]], [libatomic_ops has no native 32-bit compare-and-swap, fetch-and-add, ordered load and store and full fence for $host with this compiler: Carafe cannot share memory between processes there. A newer processor in CFLAGS (-march=...) or libatomic_ops 7.8 or later may help])

CARAFE_ATOMICS_NEED([whether 64-bit compare-and-swap is native], [[
#if defined(AO_HAVE_compare_and_swap_full)
#define SINGLE (sizeof(AO_t) == 8)
#else
#define SINGLE 0
#endif
#if defined(AO_HAVE_double_compare_and_swap_full)
#define DOUBLE (sizeof(AO_double_t) == 8)
#else
#define DOUBLE 0
#endif
_Static_assert(SINGLE || DOUBLE, "no 64-bit compare-and-swap");
#if defined(__has_builtin)
#if __has_builtin(__atomic_always_lock_free)
#define CAN_ASK
#endif
#elif defined(__GNUC__)
#define CAN_ASK
#endif
#ifdef CAN_ASK
_Static_assert(__atomic_always_lock_free(8, 0), "64-bit compare-and-swap is not native");
#endif
]], [this target has no native 64-bit compare-and-swap that libatomic_ops can reach, and every shared word of Carafe is changed by one: $host cannot run Carafe. Where the processor has it, ask the compiler for it (for example CFLAGS=-march=i686 or -march=armv7-a)])

AC_MSG_CHECKING([whether atomic operations need a library])
carafe_save_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS -I$srcdir"
m4_define([carafe_atomics_program], [AC_LANG_PROGRAM([[#include "core/atomic.h"
uint32_t narrow;
cf_word wide;]], [[
	cf_store(&wide, cf_load(&wide) + 1);
	cf_fence_after_cas();
	return !cf_cas(&wide, 0, 1) + !cf_cas32(&narrow, 0, 1);]])])
AC_LINK_IFELSE([carafe_atomics_program], [
	ATOMIC_OPS_LIBS=
	AC_MSG_RESULT([no])
], [
	AS_IF([test -z "$ATOMIC_OPS_LIBS"], [ATOMIC_OPS_LIBS=-latomic_ops])
	LIBS="$LIBS $ATOMIC_OPS_LIBS"
	AC_LINK_IFELSE([carafe_atomics_program], [AC_MSG_RESULT([$ATOMIC_OPS_LIBS])], [
		AC_MSG_RESULT([not found])
		AC_MSG_ERROR([a program that uses libatomic_ops does not link, neither alone nor with $ATOMIC_OPS_LIBS: see config.log, and set ATOMIC_OPS_LIBS. If a function of libatomic (__atomic_load_8) is what is missing, the processor that CFLAGS choose has no instruction that loads or stores 64 bits, and Carafe cannot run on it])
	])
])
LIBS=$carafe_save_LIBS
CPPFLAGS=$carafe_save_CPPFLAGS
])
