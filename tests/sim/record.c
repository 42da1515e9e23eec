/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/record.c - see tests/sim/record.h.
 *
 * Stamps of the run follow those of what was made before the first step.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#include <string.h>

#include "core/environment.h"
#include "core/region.h"
#include "core/word.h"
#include "tests/sim/driver.h"
#include "tests/sim/linear.h"
#include "tests/sim/record.h"
#include "tests/sim/scenario.h"

#define MOST_CALLS 96u
#define FIRST_STAMP 1000u /* of the run */

struct record {
	uint32_t calls;
	struct sim_call call[MOST_CALLS];
	enum sim_flavour flavour;
	int device[SIM_MOST_PROCESSES]; /* SIM_NTSYNC: its descriptor */
	enum record_order order;
	uint32_t waiting[SIM_MOST_THREADS]; /* 1 + the wait that the thread is in, or 0 */
	uint64_t swept[SIM_MOST_PROCESSES];
	bool opened[SIM_MOST_PROCESSES];
	uint32_t forker; /* the process that forks; no two do in a scenario */
	bool forking;
	void (*run)(void); /* of threads that begin in the run */
	uint32_t slot[SIM_MOST_PROCESSES];
	uint32_t id[MODEL_THREADS];
	uint32_t index[MODEL_OBJECTS]; /* of what was made before the run */
	carafe_handle handle[SIM_MOST_PROCESSES][MODEL_OBJECTS];
};

#define RECORD SCRATCH_OF(struct record)

_Static_assert(sizeof(struct base) + sizeof(struct record) <= SIM_SCRATCH, "no room");

static uint64_t stamp(uint64_t step)
{
	return step == UINT64_MAX ? SIM_NEVER : step + FIRST_STAMP;
}

carafe_handle record_handle(uint32_t process, uint32_t object)
{
	return RECORD->handle[process][object];
}

/*
 * The judge's number of who calls: the threads that there are from the beginning, then the handlers of
 * each of these if signals may come, then the threads of children.
 */
static uint32_t own_number(void)
{
	uint32_t self = sim_self(), threads = scenario_present->threads;

	if (scenario_present->bounds.signals == 0)
		return self;
	return sim_handling() || self >= threads ? threads + self : self;
}

/* The other way round. */
static uint32_t thread_of(uint32_t number)
{
	uint32_t threads = scenario_present->threads;

	return scenario_present->bounds.signals == 0 || number < threads ? number
									 : number - threads;
}

static struct sim_call *new_call(const struct sim_call *asked)
{
	struct sim_call *call;

	if (RECORD->calls == MOST_CALLS)
		sim_fail("more calls than the record holds");
	call = &RECORD->call[RECORD->calls++];
	*call = *asked;
	call->thread = own_number();
	call->returned = SIM_NEVER;
	call->due = SIM_NEVER;
	call->interrupted = SIM_NEVER;
	if (RECORD->flavour == SIM_NTSYNC && call->owner == 0)
		call->owner = sim_self() + 1;
	for (uint32_t i = 0; i < call->handles; i++)
		call->handle[i] = RECORD->handle[sim_process()][asked->handle[i]];
	return call;
}

/* ---- the calls ---- */

static carafe_access access_of(const struct sim_call *call)
{
	(void)call;
	return CARAFE_GENERIC_ALL;
}

static carafe_status create(struct sim_call *call)
{
	carafe_environment *environment = base_environment();
	uint32_t attributes = call->inherit ? CARAFE_INHERIT : 0;

	switch (call->operation) {
	case SIM_EVENT_CREATE:
		return carafe_event_create(environment, access_of(call), attributes,
					   (enum carafe_event_type)call->argument[0],
					   call->argument[1], &call->made);
	case SIM_MUTANT_CREATE:
		return carafe_mutant_create(environment, access_of(call), attributes,
					    call->argument[0], &call->made);
	default:
		return carafe_semaphore_create(environment, access_of(call), attributes,
					       call->argument[0], call->argument[1], &call->made);
	}
}

static carafe_status query(struct sim_call *call)
{
	carafe_environment *environment = base_environment();
	struct carafe_event_information event = { 0 };
	struct carafe_mutant_information mutant = { 0 };
	struct carafe_semaphore_information semaphore = { 0 };
	carafe_status status;

	switch (call->operation) {
	case SIM_EVENT_QUERY:
		status = carafe_event_query(environment, call->handle[0], &event);
		call->out[0] = (int32_t)event.type;
		call->out[1] = (int32_t)event.state;
		return status;
	case SIM_MUTANT_QUERY:
		status = carafe_mutant_query(environment, call->handle[0], &mutant);
		call->out[0] = mutant.count;
		call->out[1] = mutant.owned_by_caller;
		call->out[2] = mutant.abandoned;
		return status;
	default:
		status = carafe_semaphore_query(environment, call->handle[0], &semaphore);
		call->out[0] = semaphore.count;
		call->out[1] = semaphore.maximum;
		return status;
	}
}

/* Waits of one thread have the same length, so that deadlines pass in the order of the waits. */
static const int64_t *timeout_of(const struct sim_call *call)
{
	static const int64_t poll = 0, moment = -1000;

	return call->timeout == SIM_FOR_EVER ? NULL : call->timeout == SIM_POLL ? &poll : &moment;
}

static carafe_status wait(const struct sim_call *call)
{
	carafe_environment *environment = base_environment();
	const int64_t *timeout = timeout_of(call);

	if (call->operation == SIM_SIGNAL_AND_WAIT)
		return carafe_signal_and_wait(environment, call->handle[0], call->handle[1],
					      call->alertable, timeout);
	if (call->operation == SIM_WAIT_ANY && call->handles == 1)
		return carafe_wait_one(environment, call->handle[0], call->alertable, timeout);
	return carafe_wait_many(environment, call->handles, call->handle,
				call->operation == SIM_WAIT_ALL ? CARAFE_WAIT_ALL : CARAFE_WAIT_ANY,
				call->alertable, timeout);
}

static carafe_status make_call(struct sim_call *call)
{
	carafe_environment *environment = base_environment();

	if (RECORD->flavour == SIM_NTSYNC)
		return driver_call(RECORD->device[sim_process()], call);
	switch (call->operation) {
	case SIM_EVENT_CREATE:
	case SIM_MUTANT_CREATE:
	case SIM_SEMAPHORE_CREATE:
		return create(call);
	case SIM_EVENT_SET:
		return carafe_event_set(environment, call->handle[0], &call->out[0]);
	case SIM_EVENT_RESET:
		return carafe_event_reset(environment, call->handle[0], &call->out[0]);
	case SIM_EVENT_PULSE:
		return carafe_event_pulse(environment, call->handle[0], &call->out[0]);
	case SIM_MUTANT_RELEASE:
		return carafe_mutant_release(environment, call->handle[0], &call->out[0]);
	case SIM_SEMAPHORE_RELEASE:
		return carafe_semaphore_release(environment, call->handle[0], call->argument[0],
						&call->out[0]);
	case SIM_ALERT:
		return carafe_thread_alert(environment, RECORD->id[call->target]);
	case SIM_CLOSE:
		return carafe_close(environment, call->handle[0]);
	case SIM_WAIT_ANY:
	case SIM_WAIT_ALL:
	case SIM_SIGNAL_AND_WAIT:
		return wait(call);
	default:
		return query(call);
	}
}

/* A timed wait that ran out without sleeping found that the clock had been put on meanwhile. */
static void note_deadline(struct sim_call *call)
{
	uint64_t late = stamp(sim_late(sim_self()));

	if (call->timeout != SIM_UNTIL || call->status != CARAFE_STATUS_TIMEOUT)
		return;
	call->due = late != SIM_NEVER && late >= call->invoked ? late : call->invoked;
}

static void note_interrupt(struct sim_call *call)
{
	uint64_t interrupted = stamp(sim_interrupted(sim_self()));

	if (call->status == CARAFE_STATUS_CANCELLED && interrupted != SIM_NEVER &&
	    interrupted >= call->invoked)
		call->interrupted = interrupted;
}

static void note_result(const struct sim_call *call)
{
	sim_note((uint64_t)call->status << 32 | (uint32_t)call->out[0]);
	sim_note((uint64_t)(uint32_t)call->out[1] << 32 | (uint32_t)call->out[2]);
	sim_note(call->made);
}

static bool is_wait(const struct sim_call *call)
{
	return call->operation == SIM_WAIT_ANY || call->operation == SIM_WAIT_ALL ||
	       call->operation == SIM_SIGNAL_AND_WAIT;
}

void record_call(const struct sim_call *asked)
{
	struct sim_call *call;
	uint32_t outer;

	sim_point();
	if (asked->operation == SIM_ALERT && RECORD->id[asked->target] == 0) {
		sim_note(SIM_ALERT); /* nobody has the id yet */
		return;
	}
	/* That calls come one after the other is known by other means, which order what they do. */
	sim_meet();
	call = new_call(asked);
	call->invoked = stamp(sim_now());
	sim_note((uint64_t)call->operation << 32 | call->handle[0]);
	outer = RECORD->waiting[sim_self()];
	RECORD->waiting[sim_self()] = is_wait(call) ? RECORD->calls : 0;
	call->status = make_call(call);
	RECORD->waiting[sim_self()] = outer;
	sim_meet();
	call->returned = stamp(sim_now() + 1);
	note_deadline(call);
	note_interrupt(call);
	note_result(call);
	if (call->made)
		RECORD->handle[sim_process()][call->object] = call->made;
}

/* ---- before the run ---- */

void record_before(const struct sim_call *asked)
{
	struct sim_call *call = new_call(asked);

	call->invoked = 2 * RECORD->calls - 1;
	call->status = make_call(call);
	base_must(call->status, "a call before the run");
	call->returned = call->invoked + 1;
	if (call->made == 0)
		return;
	RECORD->handle[sim_process()][call->object] = call->made;
	if (RECORD->flavour == SIM_NT)
		RECORD->index[call->object] = base_object(call->made);
}

void record_flavour(enum sim_flavour flavour)
{
	RECORD->flavour = flavour;
	if (flavour == SIM_NTSYNC && sim_self() == 0)
		RECORD->device[0] = driver_open();
}

void record_order(enum record_order order)
{
	RECORD->order = order;
}

void record_thread(void)
{
	uint32_t process = sim_process();

	base_must(carafe_thread_id(base_environment(), &RECORD->id[own_number()]),
		  "carafe_thread_id");
	/* Whom it tells its id, by means of its own, knows the slot. */
	sim_meet();
	/* What its handler calls is judged as of a thread of its own. */
	if (scenario_present->bounds.signals != 0 && sim_self() < scenario_present->threads)
		RECORD->id[scenario_present->threads + sim_self()] = RECORD->id[sim_self()];
	RECORD->slot[process] = base_environment()->process;
	RECORD->opened[process] = true;
}

static void receive(int descriptor)
{
	if (!sim_receive(0, descriptor))
		sim_fail("the same numbers were expected in every process");
}

/* Gives the running process a handle of the object that this call made in process 0. */
static void share(const struct sim_call *made)
{
	struct sim_call own = *made;

	if (RECORD->flavour == SIM_NTSYNC) {
		receive(driver_descriptor(made->made));
		RECORD->handle[sim_process()][made->object] = made->made;
		return;
	}
	if (own.operation == SIM_MUTANT_CREATE)
		own.argument[0] = 0;
	base_must(create(&own), "create");
	if (own.made != made->made)
		sim_fail("the same numbers were expected in every process");
	base_share(own.made, RECORD->index[made->object]);
	RECORD->handle[sim_process()][made->object] = own.made;
}

void record_share(void)
{
	struct sim_call fork = { .operation = SIM_FORK, .target = sim_process() };
	struct sim_call *call;

	RECORD->device[sim_process()] = RECORD->device[0];
	if (RECORD->flavour == SIM_NTSYNC)
		receive(RECORD->device[0]);
	for (uint32_t i = 0; i < RECORD->calls; i++)
		if (RECORD->call[i].made != 0)
			share(&RECORD->call[i]);
	call = new_call(&fork);
	call->thread = 0;
	call->invoked = 2 * RECORD->calls - 1;
	call->returned = call->invoked + 1;
}

/* What the child begins with: nothing here is a step but finding out its thread's id. */
static void begin_child(void)
{
	uint32_t parent = RECORD->forker;

	BASE->environment[sim_process()] = BASE->environment[parent];
	memcpy(RECORD->handle[sim_process()], RECORD->handle[parent], sizeof(RECORD->handle[0]));
	record_thread();
	RECORD->run();
}

void record_fork(void (*run)(void))
{
	const struct sim_call asked = { .operation = SIM_FORK, .target = sim_processes() };
	struct sim_call *call;

	sim_point();
	RECORD->run = run;
	RECORD->forker = sim_process();
	call = new_call(&asked);
	call->invoked = stamp(sim_now());
	sim_note(SIM_FORK);
	RECORD->forking = true;
	if (sim_fork(begin_child) == SIM_NONE)
		sim_fail("no room for a child");
	RECORD->forking = false;
	call->returned = stamp(sim_now() + 1);
	sim_note(call->returned != SIM_NEVER);
}

/* As a child of fork() does. */
static void begin_thread(void)
{
	record_thread();
	sim_note(RECORD->id[sim_self()]);
	RECORD->run();
}

void record_begin(void (*run)(void))
{
	sim_point();
	RECORD->run = run;
	if (scenario_present->bounds.signals != 0 || sim_begin(begin_thread) == SIM_NONE)
		sim_fail("no room for one more thread");
}

void record_finish(void)
{
	if (RECORD->flavour != SIM_NTSYNC)
		return;
	driver_leave();
	if (sim_process() == sim_processes() - 1)
		driver_collect();
}

/* ---- in the end ---- */

static bool is_ordered(const struct sim_call *call)
{
	return RECORD->order == RECORD_ALL_IN_ORDER ||
	       (RECORD->order == RECORD_FOR_ALL_IN_ORDER && call->operation == SIM_WAIT_ALL);
}

/* Whoever sleeps in a wait has said that it waits. */
static void notice_sleepers(void)
{
	for (uint32_t i = 0; i < sim_threads(); i++) {
		struct sim_call *call;

		if (RECORD->waiting[i] == 0 || sim_standing(i) != SIM_ASLEEP)
			continue;
		call = &RECORD->call[RECORD->waiting[i] - 1];
		if (call->asleep == 0 && is_ordered(call))
			call->asleep = stamp(sim_now());
	}
}

void record_step(void)
{
	if (RECORD->order != RECORD_NO_ORDER)
		notice_sleepers();
	for (uint32_t i = 0; i < sim_processes(); i++) {
		uint64_t state;

		if (!RECORD->opened[i] || RECORD->swept[i] != 0 || sim_is_alive(i))
			continue;
		state = cf_load(&base_region()->process[RECORD->slot[i]].state);
		if (!cf_described(state) && cf_value(state) == 0)
			RECORD->swept[i] = stamp(sim_now());
	}
}

bool record_is_gone(uint32_t process)
{
	if (RECORD->forking && sim_is_alive(RECORD->forker))
		return false;
	for (uint32_t i = 0; i < sim_processes(); i++)
		if (sim_is_alive(i) && !RECORD->opened[i])
			return false;
	return !sim_is_alive(process);
}

bool record_is_swept(uint32_t process)
{
	/* What the caller's last step did was not noticed yet. */
	sim_look(record_step);
	return !RECORD->opened[process] || RECORD->swept[process] != 0;
}

static uint64_t swept(uint32_t process)
{
	return RECORD->swept[process] ? RECORD->swept[process] : SIM_NEVER;
}

static void describe_process(struct sim_process *process, uint32_t number)
{
	process->died = stamp(sim_died(number));
	process->swept = process->died == SIM_NEVER ? SIM_NEVER : swept(number);
}

static void describe_thread(struct sim_thread *thread, uint32_t number)
{
	uint32_t handler = number;

	number = thread_of(number);
	thread->handler_of = handler != number && number < scenario_present->threads ? number + 1 : 0;
	thread->process = sim_process_of(number);
	thread->ended = stamp(sim_ending(number));
	thread->swept = stamp(sim_finished(number));
	thread->halted = stamp(sim_halted(number));
}

void record_judge(void)
{
	static struct linear_result result;
	struct sim_process processes[SIM_MOST_PROCESSES];
	struct sim_thread threads[MODEL_THREADS];
	struct sim_history history = { .flavour = RECORD->flavour,
				       .quiescent = true,
				       .calls = RECORD->calls,
				       .processes = sim_processes(),
				       .call = RECORD->call,
				       .thread = threads,
				       .process = processes };

	/* Who has no id yet has called nothing. */
	for (uint32_t i = 0; i < MODEL_THREADS; i++)
		if (RECORD->id[i] != 0)
			history.threads = i + 1;
	for (uint32_t i = 0; i < history.processes; i++)
		describe_process(&processes[i], i);
	for (uint32_t i = 0; i < history.threads; i++)
		describe_thread(&threads[i], i);
	linear_check(&history, 0, &result);
	if (result.verdict != LINEAR_RIGHT)
		sim_fail("the history is %s.\n%s", linear_name(result.verdict), result.text);
}
