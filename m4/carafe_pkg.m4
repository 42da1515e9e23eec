# SPDX-License-Identifier: MIT
#
# CARAFE_PKG(VARIABLE, MODULE, HEADER, [LIBS-WITHOUT-PKG-CONFIG])
#
# Finds a library by pkg-config, and without it by its header.  Sets VARIABLE_CFLAGS and
# VARIABLE_LIBS (both may be given by the user, which always wins) and carafe_have_VARIABLE to yes
# or no.  It asks the pkg-config program itself instead of using pkg.m4, so that autoreconf needs
# nothing but autoconf, automake and libtool.
AC_DEFUN([CARAFE_PKG], [
AC_ARG_VAR([PKG_CONFIG], [path to pkg-config])
AC_ARG_VAR([$1_CFLAGS], [compiler flags for $2, overriding pkg-config])
AC_ARG_VAR([$1_LIBS], [linker flags for $2, overriding pkg-config])
AS_IF([test -z "$PKG_CONFIG"], [AC_PATH_TOOL([PKG_CONFIG], [pkg-config])])
AC_MSG_CHECKING([for $2 by pkg-config])
AS_IF([test -n "$$1_CFLAGS$$1_LIBS"], [AC_MSG_RESULT([given by the user])],
	[test -n "$PKG_CONFIG" && $PKG_CONFIG --exists $2 2>/dev/null], [
		$1_CFLAGS=$($PKG_CONFIG --cflags $2)
		$1_LIBS=$($PKG_CONFIG --libs $2)
		AC_MSG_RESULT([yes])
	], [
		$1_LIBS="$4"
		AC_MSG_RESULT([no])
	])
carafe_save_CPPFLAGS=$CPPFLAGS
CPPFLAGS="$CPPFLAGS $$1_CFLAGS"
AC_CHECK_HEADER([$3], [carafe_have_$1=yes], [carafe_have_$1=no])
CPPFLAGS=$carafe_save_CPPFLAGS
AC_SUBST([$1_CFLAGS])
AC_SUBST([$1_LIBS])
])
