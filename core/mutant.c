/* SPDX-License-Identifier: MIT */
/*
 * core/mutant.c - the type Mutant.  See core/mutant.h and <carafe/mutant.h>.
 *
 * What happens if a process dies here: an operation is one CAS or one KCAS.  A thread notes a
 * mutant in its slot before it acquires it and after it released it, so the sweep finds every
 * mutant that a dead thread owns.
 */
#include "core/mutant.h"

#include <carafe/mutant.h>

#include "core/access.h"
#include "core/environment.h"
#include "core/handle.h"
#include "core/region.h"
#include "core/satisfy.h"
#include "core/thread.h"

/* Acquisitions beyond the first that the second word can hold. */
#define MOST_NT 0x7fffffffu
#define MOST_EXTERNAL 0xfffffffeu

static uint32_t most(const struct cf_view *view)
{
	return (cf_value(view->info) & CF_EXTERNAL) != 0 ? MOST_EXTERNAL : MOST_NT;
}

/* The second word; it belongs to view->state if the caller's change of the state succeeds. */
static bool read_second(struct cf_region *region, const struct cf_view *view, uint64_t *second)
{
	return cf_read(region, &view->object->second, second);
}

/*
 * Its owner can wait for a mutant, too: one that it has acquired as often as the ntsync ABI can
 * count.
 */
static bool available(const struct cf_view *view)
{
	return cf_value(view->state) == 0 ||
	       ((cf_value(view->info) & CF_EXTERNAL) != 0 &&
		cf_value(cf_load_relaxed(&view->object->second)) == MOST_EXTERNAL - 1);
}

static enum cf_taken take(struct cf_region *region, const struct cf_view *view, uint32_t identity,
			  struct cf_changes *changes)
{
	uint32_t owner = cf_value(view->state);
	uint64_t second;

	if ((owner != 0 && owner != identity) || !read_second(region, view, &second))
		return CF_NOT_TAKEN;
	if (owner != 0 && cf_value(second) >= most(view))
		return CF_NOT_TAKEN;
	cf_change(changes, &view->object->state, view->state, identity);
	if (owner != 0) {
		cf_change(changes, &view->object->second, second, cf_value(second) + 1);
		return CF_TAKEN;
	}
	if (cf_value(second) != CF_ABANDONED)
		return CF_TAKEN;
	cf_change(changes, &view->object->second, second, 0);
	return CF_TAKEN_ABANDONED;
}

static void restore(struct cf_region *region, const struct cf_view *view, uint32_t identity,
		    bool abandoned, struct cf_changes *changes)
{
	uint64_t second;

	if (cf_value(view->state) != identity || !read_second(region, view, &second))
		return;
	if (cf_value(second) > 0) {
		cf_compare(changes, &view->object->state, view->state);
		cf_change(changes, &view->object->second, second, cf_value(second) - 1);
		return;
	}
	cf_change(changes, &view->object->state, view->state, 0);
	if (abandoned)
		cf_change(changes, &view->object->second, second, CF_ABANDONED);
}

static carafe_status signal_object(struct cf_region *region, const struct cf_view *view,
				   uint32_t identity, struct cf_changes *changes)
{
	uint64_t second;

	if (identity == 0 || cf_value(view->state) != identity)
		return CARAFE_STATUS_MUTANT_NOT_OWNED;
	if (!read_second(region, view, &second))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_value(second) == 0) {
		cf_change(changes, &view->object->state, view->state, 0);
		return CARAFE_STATUS_SUCCESS;
	}
	cf_compare(changes, &view->object->state, view->state);
	cf_change(changes, &view->object->second, second, cf_value(second) - 1);
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status refused(struct cf_region *region, const struct cf_view *view,
			     uint32_t identity)
{
	uint64_t second;

	if ((cf_value(view->info) & CF_EXTERNAL) != 0 || cf_value(view->state) != identity)
		return CARAFE_STATUS_SUCCESS;
	if (!read_second(region, view, &second))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	return cf_value(second) >= MOST_NT ? CARAFE_STATUS_MUTANT_LIMIT_EXCEEDED
					   : CARAFE_STATUS_SUCCESS;
}

static bool abandon(struct cf_region *region, const struct cf_view *view, uint32_t identity,
		    struct cf_changes *changes)
{
	uint64_t second;

	if (cf_value(view->state) != identity || !read_second(region, view, &second))
		return false;
	cf_change(changes, &view->object->state, view->state, 0);
	cf_change(changes, &view->object->second, second, CF_ABANDONED);
	return true;
}

static const char *fault(uint32_t info, uint32_t state, uint32_t second)
{
	uint32_t limit = (info & CF_EXTERNAL) != 0 ? MOST_EXTERNAL : MOST_NT;

	if ((info & ~(CF_TYPE_MASK | CF_EXTERNAL)) != 0)
		return "is a mutant with flags that do not exist";
	if (state == 0)
		return second == 0 || second == CF_ABANDONED ?
			       NULL : "is a mutant that owner # has # times more";
	return second > limit ? "is a mutant that owner # has # times more" : NULL;
}

const struct cf_type cf_mutant_type = {
	.name = "Mutant",
	.generic_read = CARAFE_STANDARD_RIGHTS_READ | CARAFE_MUTANT_QUERY_STATE,
	.generic_write = CARAFE_STANDARD_RIGHTS_WRITE,
	.generic_execute = CARAFE_STANDARD_RIGHTS_EXECUTE | CARAFE_SYNCHRONIZE,
	.generic_all = CARAFE_MUTANT_ALL_ACCESS,
	.valid = CARAFE_MUTANT_ALL_ACCESS,
	.owned = true,
	.take = take,
	.available = available,
	.restore = restore,
	.signal = signal_object,
	.refused = refused,
	.abandon = abandon,
	.fault = fault,
};

struct cf_birth cf_mutant_birth(uint32_t owner, uint32_t count)
{
	return (struct cf_birth){
		.info = CF_MUTANT,
		.state = owner,
		.second = count > 0 ? count - 1 : 0,
	};
}

typedef carafe_status change_function(struct cf_region *, const struct cf_view *, uint32_t,
				      struct cf_changes *);

/*
 * Changes the mutant as its owner, and offers it when that freed it.  *before is the second word.
 */
static carafe_status as_owner(struct carafe_environment *environment, struct cf_view *view,
			      uint32_t identity, change_function *how, uint32_t *before)
{
	struct cf_region *region = environment->region;
	struct cf_self *self = NULL;
	struct cf_changes changes;
	enum cf_outcome outcome;
	carafe_status status;
	uint64_t second;

	for (;;) {
		changes.count = 0;
		if (!read_second(region, view, &second))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		status = how(region, view, identity, &changes);
		if (CARAFE_SUCCESS(status) && changes.count > 1)
			status = cf_self(environment, &self);
		if (CARAFE_SUCCESS(status))
			status = cf_before_signal(environment, view);
		if (!CARAFE_SUCCESS(status))
			return status;
		outcome = cf_kcas(self, &changes);
		if (outcome == CF_DONE)
			break;
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
		if (!cf_view_again(region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
	}
	*before = cf_value(second);
	if (!cf_waiters(view->state))
		return CARAFE_STATUS_SUCCESS;
	return cf_distribute(environment, view->object);
}

carafe_status cf_mutant_release(struct carafe_environment *environment, struct cf_view *view,
				uint32_t identity, uint32_t *count)
{
	uint32_t before;
	carafe_status status = as_owner(environment, view, identity, signal_object, &before);

	if (CARAFE_SUCCESS(status))
		*count = before + 1;
	return status;
}

static carafe_status abandon_owned(struct cf_region *region, const struct cf_view *view,
				   uint32_t identity, struct cf_changes *changes)
{
	if (identity == 0 || !abandon(region, view, identity, changes))
		return CARAFE_STATUS_MUTANT_NOT_OWNED;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status cf_mutant_abandon(struct carafe_environment *environment, struct cf_view *view,
				uint32_t identity)
{
	uint32_t before;
	carafe_status status = as_owner(environment, view, identity, abandon_owned, &before);

	if (status != CARAFE_STATUS_MUTANT_NOT_OWNED)
		return status;
	/* A wait for all in which it died may still be carried out by whoever meets it. */
	cf_kcas_finish_all(environment->region);
	if (!cf_view_again(environment->region, view))
		return CARAFE_STATUS_INVALID_HANDLE;
	return as_owner(environment, view, identity, abandon_owned, &before);
}

carafe_status cf_mutant_read(struct carafe_environment *environment, struct cf_view *view,
			     struct cf_mutant_state *state)
{
	struct cf_region *region = environment->region;
	carafe_status status;
	uint64_t second;

	for (;;) {
		status = cf_settle(environment, view);
		if (!CARAFE_SUCCESS(status))
			return status;
		if (!read_second(region, view, &second))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_load_relaxed(&view->object->state) == view->state)
			break;
		if (!cf_view_again(region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
	}
	state->owner = cf_value(view->state);
	state->abandoned = state->owner == 0 && cf_value(second) == CF_ABANDONED;
	state->count = state->owner == 0 ? 0 : cf_value(second) + 1;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status carafe_mutant_create(carafe_environment *environment, carafe_access access,
				   uint32_t attributes, int owned, carafe_handle *handle)
{
	struct cf_self *self;
	struct cf_birth birth;
	carafe_status status;

	if (handle == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	*handle = 0;
	if (environment == NULL)
		return CARAFE_STATUS_INVALID_PARAMETER;
	status = cf_self(environment, &self);
	if (!CARAFE_SUCCESS(status))
		return status;
	birth = cf_mutant_birth(owned != 0 ? self->id : 0, owned != 0);
	birth.owner = owned != 0 ? self : NULL;
	return cf_handle_create(environment, &birth, cf_access_create(&cf_mutant_type, access),
				attributes, handle);
}

carafe_status carafe_mutant_release(carafe_environment *environment, carafe_handle handle,
				    int32_t *previous)
{
	struct cf_object *object;
	struct cf_self *self;
	struct cf_view view;
	carafe_status status;
	uint32_t count;

	status = cf_handle_view(environment, handle, CF_MUTANT, 0, &view);
	if (CARAFE_SUCCESS(status))
		status = cf_self(environment, &self);
	if (!CARAFE_SUCCESS(status))
		return status;
	object = view.object;
	status = cf_mutant_release(environment, &view, self->id, &count);
	if (!CARAFE_SUCCESS(status))
		return status;
	if (count == 1)
		cf_owned_drop(self, cf_object_index(environment->region, object));
	if (previous != NULL)
		*previous = (int32_t)(1 - (int64_t)count);
	return CARAFE_STATUS_SUCCESS;
}

carafe_status carafe_mutant_query(carafe_environment *environment, carafe_handle handle,
				  struct carafe_mutant_information *information)
{
	struct cf_mutant_state state;
	struct cf_self *self;
	struct cf_view view;
	carafe_status status;

	if (information == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	status = cf_handle_view(environment, handle, CF_MUTANT, CARAFE_MUTANT_QUERY_STATE, &view);
	if (CARAFE_SUCCESS(status))
		status = cf_mutant_read(environment, &view, &state);
	if (CARAFE_SUCCESS(status))
		status = cf_self(environment, &self);
	if (!CARAFE_SUCCESS(status))
		return status;
	*information = (struct carafe_mutant_information){
		.count = (int32_t)(1 - (int64_t)state.count),
		.owned_by_caller = state.owner == self->id,
		.abandoned = state.abandoned,
	};
	return CARAFE_STATUS_SUCCESS;
}
