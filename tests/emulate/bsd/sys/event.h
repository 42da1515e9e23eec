/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/bsd/sys/event.h - kqueue, as much of it as os/kqueue/ uses.
 */
#ifndef CARAFE_EMULATE_EVENT_H
#define CARAFE_EMULATE_EVENT_H

#include <stdint.h>
#include <time.h>

#define EVFILT_READ (-1)
#define EVFILT_PROC (-5)

#define EV_ADD 0x0001u
#define EV_DELETE 0x0002u
#define EV_ONESHOT 0x0010u
#define EV_EOF 0x8000u

#define NOTE_EXIT 0x80000000u
#define NOTE_EXEC 0x20000000u

struct kevent {
	uintptr_t ident;
	short filter;
	unsigned short flags;
	unsigned fflags;
	int64_t data;
	void *udata;
};

#define EV_SET(event, a, b, c, d, e, f) \
	(*(event) = (struct kevent){ (a), (b), (c), (d), (e), (void *)(f) })

#define kqueue emulate_kqueue
int emulate_kqueue(void);
int emulate_kevent(int queue, const struct kevent *changes, int change_count,
		   struct kevent *events, int event_count, const struct timespec *time);
#define kevent(a, b, c, d, e, f) emulate_kevent(a, b, c, d, e, f)

#endif
