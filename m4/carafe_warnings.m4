# SPDX-License-Identifier: MIT
#
# CARAFE_TRY_CFLAGS(VARIABLE, FLAGS, [LINKER-FLAGS])
# Adds each of FLAGS to VARIABLE if the compiler takes it without a warning.
AC_DEFUN([CARAFE_TRY_CFLAGS], [
for carafe_flag in $2; do
	AC_MSG_CHECKING([whether $CC takes $carafe_flag])
	carafe_save_CFLAGS=$CFLAGS
	# clang only warns about an unknown -W, so ask it to make that an error.
	CFLAGS="$CFLAGS -Werror $carafe_flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [
		AC_MSG_RESULT([yes])
		$1="$$1 $carafe_flag"
	], [AC_MSG_RESULT([no])])
	CFLAGS=$carafe_save_CFLAGS
done
])

# CARAFE_WARNINGS
# Sets WARN_CFLAGS: the warnings under which the whole tree is clean, and with --enable-werror
# -Werror.  It is no part of CFLAGS, so that configure's own checks are not disturbed by it.
AC_DEFUN([CARAFE_WARNINGS], [
AC_ARG_ENABLE([werror],
	[AS_HELP_STRING([--enable-werror], [treat warnings as errors (for development)])],
	[], [enable_werror=no])
WARN_CFLAGS=
CARAFE_TRY_CFLAGS([WARN_CFLAGS], [-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes ]dnl
[-Wmissing-prototypes -Wconversion -Wvla -Wundef -Wpointer-arith -Wwrite-strings])
AS_IF([test "$enable_werror" = yes], [CARAFE_TRY_CFLAGS([WARN_CFLAGS], [-Werror])])
AC_SUBST([WARN_CFLAGS])
])
