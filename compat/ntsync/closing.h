/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/closing.h - what is to be done when a descriptor is closed, by whatever call.
 *
 *	struct cf_nt_closing closing;
 *
 *	cf_nt_closing(fd, &closing);
 *	... close it ...
 *	cf_nt_closed(&closing);
 *
 * What happens if a process dies here: an object that lost its last descriptor is collected by
 * core/external.c.
 */
#ifndef CF_NT_CLOSING_H
#define CF_NT_CLOSING_H

#include "compat/ntsync/object.h"

struct cf_nt_closing {
	int fd;
	enum cf_nt_kind kind;
	struct cf_nt_found found;
};

void cf_nt_closing(int fd, struct cf_nt_closing *closing);

/* Keeps errno. */
void cf_nt_closed(const struct cf_nt_closing *closing);

#endif
