#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes ./configure from a checkout.  Needs autoconf, automake and libtool.
set -eu
cd "$(dirname "$0")"
for tool in autoreconf automake libtoolize; do
	command -v "$tool" >/dev/null 2>&1 || command -v "g$tool" >/dev/null 2>&1 || {
		echo "autogen.sh: $tool is missing: install autoconf, automake and libtool," \
			"or let ./quickstart check do it" >&2
		exit 1
	}
done
exec autoreconf --install --force "$@"
