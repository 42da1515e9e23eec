# SPDX-License-Identifier: MIT
#
# CARAFE_ARG_SANITIZER
#
# --enable-sanitizer=LIST builds everything with -fsanitize=LIST, for example address,undefined or
# thread, and refuses a list that the compiler cannot link.  Sets SANITIZER_CFLAGS,
# SANITIZER_CPPFLAGS and CARAFE_SANITIZER (the list, for tests that cannot work under one).
AC_DEFUN([CARAFE_ARG_SANITIZER], [
AC_ARG_ENABLE([sanitizer],
	[AS_HELP_STRING([--enable-sanitizer=LIST],
		[build with -fsanitize=LIST: address,undefined or thread])],
	[], [enable_sanitizer=no])
CARAFE_SANITIZER=
SANITIZER_CFLAGS=
SANITIZER_CPPFLAGS=
AS_CASE([$enable_sanitizer],
	[no], [],
	[yes], [AC_MSG_ERROR([--enable-sanitizer needs a list: --enable-sanitizer=address,undefined or --enable-sanitizer=thread])],
	[
	CARAFE_SANITIZER=$enable_sanitizer
	SANITIZER_CFLAGS="-fsanitize=$enable_sanitizer -fno-sanitize-recover=all -fno-omit-frame-pointer -g"
	AC_MSG_CHECKING([whether $CC links with -fsanitize=$enable_sanitizer])
	carafe_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS $SANITIZER_CFLAGS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [AC_MSG_RESULT([yes])], [
		AC_MSG_RESULT([no])
		AC_MSG_ERROR([$CC cannot build with -fsanitize=$enable_sanitizer: install its sanitizer runtime (for clang: libclang-rt-dev or compiler-rt), or choose another list])
	])
	CFLAGS=$carafe_save_CFLAGS
	# ThreadSanitizer knows the compiler's atomics, but cannot see through assembly.
	AS_CASE([$enable_sanitizer], [*thread*], [SANITIZER_CPPFLAGS=-DAO_PREFER_BUILTIN_ATOMICS])
	])
AC_SUBST([CARAFE_SANITIZER])
AC_SUBST([SANITIZER_CFLAGS])
AC_SUBST([SANITIZER_CPPFLAGS])
])
