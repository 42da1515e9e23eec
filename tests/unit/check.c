/* SPDX-License-Identifier: MIT */
/*
 * check.c - what core/check.h says of sound environments (nothing), and of each kind of damage.
 *
 * Catches a rule that a sound environment breaks, at rest or at work, which would make every report
 * worthless; and one that is not looked at.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#include <config.h>

#include <sys/wait.h>
#include <unistd.h>

#include "core/round.h"
#include "tests/corrupt/patient.h"

#define SECONDS 100

/* ---- Findings --------------------------------------------------------------------------- */

struct found {
	unsigned count;
	unsigned kinds; /* a bit each */
	bool show;
};

static bool note(void *context, const struct cf_finding *finding)
{
	struct found *found = context;

	found->count++;
	found->kinds |= 1u << finding->kind;
	if (found->show)
		diag("%s %u %s", cf_finding_name(finding->kind), (unsigned)finding->index,
		     finding->sentence);
	return found->count < 100;
}

static struct found look(enum cf_check_mode mode, bool show)
{
	struct found found = { .show = show };
	carafe_status status = cf_check(region, mode, note, &found);

	if (status != CARAFE_STATUS_SUCCESS && status != CARAFE_STATUS_REVISION_MISMATCH)
		bail_out("cf_check: %s", carafe_status_name(status));
	return found;
}

static void is_sound(enum cf_check_mode mode, const char *when)
{
	ok(look(mode, true).count == 0, "%s %s: nothing is found", when,
	   mode == CF_CHECK_EXACT ? "at rest" : "at work");
}

/* ---- Sound ones ------------------------------------------------------------------------- */

static void test_rest(void)
{
	carafe_handle tested = new_event(0), set = new_event(1), taken = new_mutant(1);
	carafe_handle units = new_semaphore(2);
	struct waiter any = { .handle = { tested, taken }, .count = 2, .type = CARAFE_WAIT_ANY };
	struct waiter all = { .handle = { tested, set, units },
			      .count = 3,
			      .type = CARAFE_WAIT_ALL };
	pid_t child;
	int status;

	is_sound(CF_CHECK_EXACT, "one object of each type");
	waiter_start(&any);
	waiter_start(&all);
	is_sound(CF_CHECK_EXACT, "two waits");
	child = fork();
	if (child == 0)
		_exit(look(CF_CHECK_LIVE, true).count != 0);
	ok(waitpid(child, &status, 0) == child && status == 0, "a child finds nothing");
	must(cf_round(env), "cf_round");
	is_sound(CF_CHECK_EXACT, "a child came and went");
	must(carafe_close(env, tested), "carafe_close");
	is_sound(CF_CHECK_EXACT, "an object that only waits keep");
	waiter_stop(&any);
	waiter_stop(&all);
	is_sound(CF_CHECK_EXACT, "the waits are over");
	must(carafe_mutant_release(env, taken, NULL), "carafe_mutant_release");
	must(carafe_close(env, taken), "carafe_close");
	must(carafe_close(env, units), "carafe_close");
	must(carafe_close(env, set), "carafe_close");
	is_sound(CF_CHECK_EXACT, "all is closed");
}

/* What everybody does to everything, until told to stop. */
static atomic_bool over;

static void *work(void *argument)
{
	carafe_handle *shared = argument, mine[4], pair[2];
	const int64_t little = -10;
	uint32_t turn = 0;

	pair[0] = shared[0];
	pair[1] = shared[1];
	while (!over) {
		turn++;
		mine[turn % 4] = new_event(0);
		(void)carafe_event_set(env, shared[0], NULL);
		(void)carafe_semaphore_release(env, shared[1], 1, NULL);
		(void)carafe_wait_many(env, 2, pair, turn % 2 ? CARAFE_WAIT_ALL : CARAFE_WAIT_ANY,
				       0, &little);
		if (carafe_wait_one(env, shared[2], 0, &little) == CARAFE_STATUS_SUCCESS)
			(void)carafe_mutant_release(env, shared[2], NULL);
		(void)carafe_event_pulse(env, shared[0], NULL);
		(void)carafe_close(env, mine[turn % 4]);
	}
	return NULL;
}

static void test_work(void)
{
	carafe_handle shared[3] = { new_event(0), new_semaphore(0), new_mutant(0) };
	unsigned findings = 0, i;
	pthread_t thread[4];

	for (i = 0; i < 4; i++)
		if (pthread_create(&thread[i], NULL, work, shared) != 0)
			bail_out("pthread_create");
	for (i = 0; i < 300; i++)
		findings += look(CF_CHECK_LIVE, true).count;
	over = true;
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	ok(findings == 0, "four threads at work: nothing is found in 300 looks");
	for (i = 0; i < 3; i++)
		must(carafe_close(env, shared[i]), "carafe_close");
	is_sound(CF_CHECK_EXACT, "afterwards");
}

/* ---- Damage ----------------------------------------------------------------------------- */

static bool is_seen(const struct damage *damage, enum cf_check_mode mode)
{
	struct found found = look(mode, false);

	if ((found.kinds & 1u << damage->kind) != 0)
		return true;
	look(mode, true);
	return false;
}

static void test_damage(void)
{
	size_t i;

	patient_begin();
	is_sound(CF_CHECK_EXACT, "before the damage");
	for (i = 0; i < damage_count; i++) {
		const struct damage *damage = &damages[i];

		damage->make();
		ok(is_seen(damage, CF_CHECK_EXACT), "%s is found at rest: %s", damage->name,
		   cf_finding_name(damage->kind));
		if (damage->live)
			ok(is_seen(damage, CF_CHECK_LIVE), "%s is found at work", damage->name);
		/* What such a list should lead to is not known, so none of that is called lost. */
		if (damage->live && damage->kind == CF_FINDING_FREE_LIST)
			is_int((int)look(CF_CHECK_LIVE, true).count, 1, "and nothing else is");
		heal();
	}
	is_sound(CF_CHECK_EXACT, "after the damage was undone");
	patient_end();
}

int main(void)
{
	alarm(SECONDS);
	patient_open();
	is_sound(CF_CHECK_EXACT, "an empty environment");
	test_rest();
	test_work();
	test_damage();
	must(carafe_environment_close(env), "carafe_environment_close");
	return done_testing();
}
