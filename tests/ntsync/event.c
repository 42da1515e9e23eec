/* SPDX-License-Identifier: MIT */
/* event.c - conformance: events, without anybody blocking. */
#include "nt.h"

static void create(void)
{
	int dev = nt_open();

	for (unsigned int manual = 0; manual < 2; manual++) {
		for (unsigned int signaled = 0; signaled < 2; signaled++) {
			int event = nt_event(dev, manual, signaled);

			event_is(event, manual, signaled,
				 manual ? "a manual-reset event reads as created"
					: "an auto-reset event reads as created");
		}
	}
	event_is(nt_event(dev, 2, 0xffffffffu), 1, 1, "anything but 0 is true, and reads as 1");
	event_is(nt_event(dev, 0x80000000u, 0), 1, 0, "also with only the highest bit set");
	event_is(nt_event(dev, 0x100, 0x100), 1, 1, "also with the lowest byte 0");
	event_is(nt_event(dev, 0, 0x10000u), 0, 1, "field order: manual first, then signaled");
}

static void states(void)
{
	int dev = nt_open();
	unsigned int prev;

	for (unsigned int manual = 0; manual < 2; manual++) {
		int event = nt_event(dev, manual, 0);
		const char *kind = manual ? "manual" : "auto";

		is(nt_set(event, &prev), 0, "%s: set", kind);
		is(prev, 0, "%s: was not", kind);
		is(nt_set(event, &prev), 0, "%s: set again", kind);
		is(prev, 1, "%s: was", kind);
		event_is(event, manual, 1, "reads signalled");
		is(nt_reset(event, &prev), 0, "%s: reset", kind);
		is(prev, 1, "%s: was set; sets are not counted", kind);
		is(nt_reset(event, &prev), 0, "%s: reset again", kind);
		is(prev, 0, "%s: was not set", kind);
		event_is(event, manual, 0, "reads not signalled");
		is(nt_pulse(event, &prev), 0, "%s: pulse", kind);
		is(prev, 0, "%s: was not set", kind);
		event_is(event, manual, 0, "a pulse that nobody waits for is lost");
		poll_is(dev, event, -ETIMEDOUT, "and leaves nothing to take");
		nt_set(event, NULL);
		is(nt_pulse(event, &prev), 0, "%s: pulse while set", kind);
		is(prev, 1, "%s: was set", kind);
		event_is(event, manual, 0, "a pulse resets");
	}
}

static void take(void)
{
	int dev = nt_open(), event = nt_event(dev, 1, 1);

	poll_is(dev, event, 0, "a set manual-reset event is ready");
	poll_is(dev, event, 0, "and stays ready");
	event_is(event, 1, 1, "and set");
	is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(event)), 0, "a wait for all leaves it, too");
	event_is(event, 1, 1, "still set");

	event = nt_event(dev, 0, 1);
	poll_is(dev, event, 0, "a set auto-reset event is ready");
	event_is(event, 0, 0, "once");
	poll_is(dev, event, -ETIMEDOUT, "the second wait times out");
	nt_set(event, NULL);
	nt_set(event, NULL);
	poll_is(dev, event, 0, "set twice, it is ready");
	poll_is(dev, event, -ETIMEDOUT, "once");
	nt_set(event, NULL);
	is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(event)), 0, "a wait for all takes it");
	event_is(event, 0, 0, "too");
}

const struct nt_case event_cases[] = {
	{ "create", create, "swapped fields, truth values cut to a byte or kept as they are" },
	{ "states", states, "wrong previous states, a counted set, a pulse that stays" },
	{ "take", take, "a wait that resets the wrong kind of event" },
	{ NULL, NULL, NULL },
};
