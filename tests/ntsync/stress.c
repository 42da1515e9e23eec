/* SPDX-License-Identifier: MIT */
/*
 * stress.c - conformance: many objects, many waiters, and processes killed in the middle.
 *
 * Counts are exact: nothing here depends on time but the limit of a case.
 */
#include "nt.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- many objects ------------------------------------------------------------------ */

/* True when so many descriptors can be open; else says why not. */
static bool may_open(unsigned int wanted, const char *what)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= wanted)
		return true;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted; /* root may */
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	nt_skip("RLIMIT_NOFILE cannot be raised that far here", "%s", what);
	return false;
}

static void many_open(void)
{
	enum { MANY = 16000 };
	static int fds[MANY];
	int dev = nt_open(), made = 0, right = 0, taken = 0, last[NTSYNC_MAX_WAIT_COUNT];
	unsigned int index;

	if (!may_open(MANY + 100, "16,000 objects at once"))
		return;
	for (unsigned int i = 0; i < MANY; i++) {
		fds[i] = i % 3 == 0   ? nt_sem(dev, i, MANY)
			 : i % 3 == 1 ? nt_mutex(dev, i, i)
				      : nt_event(dev, 0, 1);
		made += fds[i] >= 0;
	}
	is(made, MANY, "16,000 objects are made");
	for (unsigned int i = 0; i < MANY; i++) {
		uint32_t state[2] = { 0, 0 };

		switch (i % 3) {
		case 0:
			right += nt_ioctl(fds[i], NTSYNC_IOC_SEM_READ, state) == 0 && state[0] == i;
			break;
		case 1:
			right += nt_ioctl(fds[i], NTSYNC_IOC_MUTEX_READ, state) == 0 &&
				 state[0] == i && state[1] == i;
			break;
		default:
			right += nt_ioctl(fds[i], NTSYNC_IOC_EVENT_READ, state) == 0 && state[1];
			break;
		}
		if (i % 3 == 2)
			taken += nt_any(dev, OWNER, POLL, 0, NULL, &fds[i], 1) == 0;
	}
	is(right, MANY, "each has its own state");
	is(taken, MANY / 3, "each event can be taken");
	/* The last 64 events, none of which is set any more. */
	for (int i = 0; i < NTSYNC_MAX_WAIT_COUNT; i++)
		last[i] = fds[MANY / 3 * 3 - 1 - 3 * i];
	is(nt_set(last[63], NULL), 0, "one of the last 64 events is set");
	is(nt_any(dev, OWNER, POLL, 0, &index, last, NTSYNC_MAX_WAIT_COUNT), 0, "and found");
	is(index, 63, "at its place");
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	is(nt_auto(dev), fds[0], "closed, their numbers are free");
}

static void many_in_turn(void)
{
	enum { MANY = 20000 };
	int dev = nt_open(), first = nt_sem(dev, 0, 1), good = 0;

	close(first);
	for (unsigned int i = 0; i < MANY; i++) {
		int fd = i % 2 == 0 ? nt_sem(dev, i + 1, i + 1) : nt_event(dev, 0, 1);

		good += fd == first && nt_any(dev, OWNER, POLL, 0, NULL, &fd, 1) == 0 &&
			close(fd) == 0;
	}
	is(good, MANY, "20,000 objects are made, used and closed in turn");
}

static void many_instances(void)
{
	enum { MANY = 2000 };
	int first = nt_open(), good = 0;

	close(first);
	for (int i = 0; i < MANY; i++) {
		int dev = nt_open(), sem = nt_sem(dev, 1, 1);

		/* The object is the last to go. */
		good += dev == first && nt_any(dev, OWNER, POLL, 0, NULL, &sem, 1) == 0;
		close(dev);
		good += nt_release(sem, 1, NULL) == 0;
		close(sem);
	}
	is(good, 2 * MANY, "2,000 instances are opened, used and closed in turn");
}

static void out_of_descriptors(void)
{
	int dev = nt_open(), fds[64], made = 0, unused = 0, result = 0;
	struct rlimit limit;

	/* Whoever started us may have left descriptors open here. */
	for (int fd = 0; fd < dev + 33; fd++)
		unused += fcntl(fd, F_GETFD) < 0;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)dev + 33;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		nt_give_up("setrlimit: %s", strerror(errno));
	while (made < 64 && (result = nt_sem(dev, (unsigned int)made, 64)) >= 0)
		fds[made++] = result;
	is(made, unused, "objects are made up to RLIMIT_NOFILE");
	is(result, -EMFILE, "then it is EMFILE");
	is(nt_event(dev, 0, 0), -EMFILE, "for events");
	is(nt_mutex(dev, 0, 0), -EMFILE, "for mutexes");
	is(nt_sem(dev, 2, 1), -EINVAL, "arguments are checked first");
	is(open("/dev/ntsync", O_RDWR), -1, "no instance can be opened");
	is(errno, EMFILE, "EMFILE");
	is(nt_release(fds[made - 1], 1, NULL), 0, "what there is goes on");
	is(nt_any(dev, OWNER, POLL, 0, NULL, fds, (unsigned int)made), 0,
	   "waits need no descriptor");
	close(fds[10]);
	is(nt_sem(dev, 1, 1), fds[10], "one closed, one can be made");
}

/* --- many waiters ------------------------------------------------------------------- */

/* Everybody's results, in shared memory.  Each worker writes its own; violations are added. */
enum { WORKERS = 5 };

struct table {
	_Atomic unsigned int violations;
	_Atomic unsigned int holder[WORKERS]; /* of fork i: who uses it, 0 nobody */
	unsigned int meals[WORKERS];
};

struct worker {
	int dev, number;
	const int *fds;
	struct table *table;
};

enum { MEALS = 400 };

/* Dining philosophers: a wait for all takes both forks or none, so nobody can starve. */
static void *dines(void *arg)
{
	const struct worker *me = arg;
	int left = me->number, right = (me->number + 1) % WORKERS;
	struct table *t = me->table;
	unsigned int id = (unsigned int)me->number + 1;

	for (int i = 0; i < MEALS; i++) {
		unsigned int index, none = 0;

		if (nt_all(me->dev, id, LATE, 0, &index, FDS(me->fds[left], me->fds[right])) != 0 ||
		    index != 0)
			atomic_fetch_add(&t->violations, 1);
		if (!atomic_compare_exchange_strong(&t->holder[left], &none, id))
			atomic_fetch_add(&t->violations, 1);
		none = 0;
		if (!atomic_compare_exchange_strong(&t->holder[right], &none, id))
			atomic_fetch_add(&t->violations, 1);
		t->meals[me->number]++;
		if (i % 7 == 0)
			sched_yield();
		atomic_store(&t->holder[left], 0);
		atomic_store(&t->holder[right], 0);
		/* Forks are of all types: put back in the way of each. */
		for (int side = 0; side < 2; side++) {
			int n = side == 0 ? left : right, result;

			result = n % 3 == 0   ? nt_set(me->fds[n], NULL)
				 : n % 3 == 1 ? nt_release(me->fds[n], 1, NULL)
					      : nt_unlock(me->fds[n], id, NULL);
			if (result != 0)
				atomic_fetch_add(&t->violations, 1);
		}
	}
	return NULL;
}

static void run_workers(enum place place, void *(*run)(void *), struct worker *workers, int count)
{
	pthread_t threads[16];
	pid_t pids[16];

	for (int i = 0; i < count; i++) {
		if (place == THREAD) {
			if (pthread_create(&threads[i], NULL, run, &workers[i]) != 0)
				nt_give_up("pthread_create");
			continue;
		}
		pids[i] = nt_fork();
		if (pids[i] == 0) {
			run(&workers[i]);
			_exit(0);
		}
	}
	for (int i = 0; i < count; i++) {
		if (place == THREAD)
			pthread_join(threads[i], NULL);
		else
			reap(pids[i]);
	}
}

static void philosophers(void)
{
	for (int place = 0; place < PLACES; place++) {
		int dev = nt_open(), fds[WORKERS], left = 0;
		struct table *t = nt_shared(sizeof(*t));
		struct worker workers[WORKERS];
		unsigned int meals = 0;

		for (int i = 0; i < WORKERS; i++) {
			fds[i] = i % 3 == 0   ? nt_event(dev, 0, 1)
				 : i % 3 == 1 ? nt_sem(dev, 1, 1)
					      : nt_mutex(dev, 0, 0);
			workers[i] = (struct worker){ dev, i, fds, t };
		}
		run_workers((enum place)place, dines, workers, WORKERS);
		for (int i = 0; i < WORKERS; i++) {
			meals += t->meals[i];
			left += nt_any(dev, OWNER, POLL, 0, NULL, &fds[i], 1) == 0;
		}
		is(meals, WORKERS * MEALS, "each of 5 philosophers (%s) ate 400 times",
		   place_names[place]);
		is(atomic_load(&t->violations), 0, "no fork was in two hands");
		is(left, WORKERS, "all forks are back");
	}
}

enum { MOVES = 1500, PLACES_TO_BE = 8, TOKENS = 12 };

/* Takes a token anywhere and puts it elsewhere. */
static void *moves(void *arg)
{
	const struct worker *me = arg;
	unsigned int seed = (unsigned int)me->number * 2654435761u + 1;

	for (int i = 0; i < MOVES; i++) {
		int order[PLACES_TO_BE];
		unsigned int index, start = (seed = seed * 1664525u + 1013904223u) >> 24;

		for (unsigned int n = 0; n < PLACES_TO_BE; n++)
			order[n] = me->fds[(start + n) % PLACES_TO_BE];
		if (nt_any(me->dev, OWNER, LATE, 0, &index, order, PLACES_TO_BE) != 0 ||
		    nt_release(order[(index + start) % PLACES_TO_BE], 1, NULL) != 0)
			atomic_fetch_add(&me->table->violations, 1);
	}
	return NULL;
}

static void tokens(void)
{
	for (int place = 0; place < PLACES; place++) {
		int dev = nt_open(), fds[PLACES_TO_BE];
		struct table *t = nt_shared(sizeof(*t));
		struct worker workers[WORKERS];
		unsigned int sum = 0;

		/* More workers at times than tokens: one place has them all. */
		for (int i = 0; i < PLACES_TO_BE; i++)
			fds[i] = nt_sem(dev, i == 0 ? WORKERS - 2 : 0, TOKENS);
		for (int i = 0; i < WORKERS; i++)
			workers[i] = (struct worker){ dev, i, fds, t };
		run_workers((enum place)place, moves, workers, WORKERS);
		for (int i = 0; i < PLACES_TO_BE; i++) {
			struct ntsync_sem_args args;

			nt_ioctl(fds[i], NTSYNC_IOC_SEM_READ, &args);
			sum += args.count;
		}
		is(sum, WORKERS - 2, "3 tokens moved 7,500 times by 5 (%s) are 3",
		   place_names[place]);
		is(atomic_load(&t->violations), 0, "each move had one to move");
	}
}

static void *pulses(void *arg)
{
	const struct worker *me = arg;
	unsigned int prev;

	for (int i = 0; i < 5000; i++) {
		if (nt_pulse(me->fds[0], &prev) != 0 || prev != 0)
			atomic_fetch_add(&me->table->violations, 1);
	}
	atomic_fetch_add(&me->table->holder[0], 1);
	return NULL;
}

static void *watches(void *arg)
{
	const struct worker *me = arg;
	struct ntsync_event_args args;

	do {
		if (nt_ioctl(me->fds[0], NTSYNC_IOC_EVENT_READ, &args) != 0 || args.signaled != 0)
			atomic_fetch_add(&me->table->violations, 1);
		if (nt_any(me->dev, OWNER, POLL, 0, NULL, me->fds, 1) == 0)
			atomic_fetch_add(&me->table->holder[1], 1);
	} while (atomic_load(&me->table->holder[0]) < 2);
	return NULL;
}

static void *waits_for_pulses(void *arg)
{
	const struct worker *me = arg;
	int result;

	do {
		result = nt_any(me->dev, OWNER, nt_in_ms(20), 0, NULL, me->fds, 1);
		if (result != 0 && result != -ETIMEDOUT)
			atomic_fetch_add(&me->table->violations, 1);
	} while (atomic_load(&me->table->holder[0]) < 2);
	return NULL;
}

static void *pulse_role(void *arg)
{
	const struct worker *me = arg;

	return me->number < 2 ? pulses(arg) : me->number < 4 ? watches(arg) : waits_for_pulses(arg);
}

static void pulse_unseen(void)
{
	for (unsigned int manual = 0; manual < 2; manual++) {
		int dev = nt_open(), event = nt_event(dev, manual, 0);
		struct table *t = nt_shared(sizeof(*t));
		struct worker workers[6];

		for (int i = 0; i < 6; i++)
			workers[i] = (struct worker){ dev, i, &event, t };
		run_workers(THREAD, pulse_role, workers, 6);
		is(atomic_load(&t->violations), 0, "%s-reset: 10,000 pulses are never seen set",
		   manual ? "manual" : "auto");
		event_is(event, manual, 0, "nor is anything left");
	}
}

/* --- killed in the middle -------------------------------------------------------------- */

enum { VICTIMS = 4, KILLS = 40 };

/*
 * In shared memory.  inside: the owner in the critical section, written by it alone;
 * laps[i]: written by the worker in place i; violations: added to; over: by the parent.
 */
struct arena {
	_Atomic unsigned int inside;
	_Atomic unsigned int violations;
	_Atomic unsigned int laps[VICTIMS];
	_Atomic int over;
};

static _Noreturn void laps(int dev, int mutex, int manual, struct arena *a, int place,
			   unsigned int owner)
{
	unsigned int lap = 0;

	while (!atomic_load(&a->over)) {
		int result = lap % 2 == 0 ? nt_any(dev, owner, LATE, 0, NULL, FDS(mutex))
					  : nt_all(dev, owner, LATE, 0, NULL, FDS(manual, mutex));

		if (result != 0 && result != -EOWNERDEAD)
			_exit(1);
		/* Somebody inside is all right only if its death was told. */
		if (atomic_exchange(&a->inside, owner) != 0 && result != -EOWNERDEAD)
			atomic_fetch_add(&a->violations, 1);
		atomic_fetch_add(&a->laps[place], 1);
		lap++;
		if (atomic_exchange(&a->inside, 0) != owner)
			atomic_fetch_add(&a->violations, 1);
		if (nt_unlock(mutex, owner, NULL) != 0)
			_exit(2);
	}
	_exit(0);
}

static pid_t start_laps(int dev, int mutex, int manual, struct arena *a, int place,
			unsigned int owner)
{
	pid_t pid = nt_fork();

	if (pid == 0)
		laps(dev, mutex, manual, a, place, owner);
	return pid;
}

static bool goes_on(struct arena *a, int place, unsigned int laps_before)
{
	const struct timespec pause = { 0, 200000 };
	uint64_t limit = nt_in_ms(30000);

	while (atomic_load(&a->laps[place]) == laps_before) {
		if (nt_now() > limit)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static void kill_random(void)
{
	int dev = nt_open(), mutex = nt_mutex(dev, 0, 0), manual = nt_event(dev, 1, 1);
	struct arena *a = nt_shared(sizeof(*a));
	unsigned int owner[VICTIMS], next = 1, seed = 20261123, abandoned = 0, before[VICTIMS];
	pid_t pid[VICTIMS];
	int stuck = 0, wrong = 0;

	for (int i = 0; i < VICTIMS; i++) {
		owner[i] = next++;
		pid[i] = start_laps(dev, mutex, manual, a, i, owner[i]);
	}
	for (int round = 0; round < KILLS && stuck == 0; round++) {
		unsigned int victim = (seed = seed * 1664525u + 1013904223u) >> 30;
		int result;

		for (int i = 0; i < VICTIMS; i++)
			stuck += !goes_on(a, i, atomic_load(&a->laps[i]));
		for (volatile unsigned int spin = seed >> 16; spin > 0; spin--)
			;
		kill(pid[victim], SIGKILL);
		reap(pid[victim]);
		result = nt_kill(mutex, owner[victim]);
		abandoned += result == 0;
		wrong += result != 0 && result != -EPERM;
		for (int i = 0; i < VICTIMS; i++)
			before[i] = atomic_load(&a->laps[i]);
		for (int i = 0; i < VICTIMS; i++)
			stuck += i != (int)victim && !goes_on(a, i, before[i]);
		owner[victim] = next++;
		pid[victim] = start_laps(dev, mutex, manual, a, (int)victim, owner[victim]);
	}
	is(stuck, 0, "40 of 4 processes are killed (%u of them with the mutex): the others go on",
	   abandoned);
	is(wrong, 0, "MUTEX_KILL knows whether they owned it");
	atomic_store(&a->over, 1);
	for (int i = 0; i < VICTIMS; i++)
		child_is_fine(pid[i], "a survivor ends");
	is(atomic_load(&a->violations), 0, "the mutex never had two owners");
	mutex_is(mutex, 0, 0, 0, "and is free");
}

const struct nt_case stress_cases[] = {
	{ "many-open", many_open, "a table with too few places" },
	{ "many-in-turn", many_in_turn, "objects that are not given back" },
	{ "many-instances", many_instances, "instances that are not given back" },
	{ "out-of-descriptors", out_of_descriptors, "what a failed creation leaves behind" },
	{ "philosophers", philosophers, "waits for all that dead-lock, starve, or share" },
	{ "tokens", tokens, "counts lost or made when many take at once" },
	{ "pulse-unseen", pulse_unseen, "a moment in which a pulsed event is set" },
	{ "kill-random", kill_random, "survivors held up by, or owning with, the dead" },
	{ NULL, NULL, NULL },
};
