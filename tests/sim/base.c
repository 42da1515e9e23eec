/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/base.c - see tests/sim/base.h.
 *
 * What happens if a process dies here: who goes round after it sweeps it.
 */
#include "tests/sim/base.h"

#include "core/check.h"
#include "core/environment.h"
#include "core/handle.h"
#include "core/kcas.h"
#include "core/object.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/round.h"
#include "core/thread.h"
#include "core/wake.h"

void base_must(carafe_status status, const char *what)
{
	if (!CARAFE_SUCCESS(status))
		sim_fail("%s: status 0x%08x", what, (unsigned)status);
}

carafe_environment *base_environment(void)
{
	return BASE->environment[sim_process()];
}

struct cf_region *base_region(void)
{
	return sim_here(BASE->region);
}

void base_open(uint32_t flags)
{
	carafe_environment **environment = &BASE->environment[sim_process()];
	struct cf_self *self;

	if (*environment == NULL) {
		base_must(carafe_environment_open(NULL, flags, environment),
			  "carafe_environment_open");
		BASE->region = (*environment)->region;
	}
	base_must(cf_self(*environment, &self), "a thread slot");
}

void base_prepare(void)
{
	base_open(CARAFE_NO_JANITOR);
}

uint32_t base_object(carafe_handle handle)
{
	struct cf_view view;

	base_must(cf_handle_view(base_environment(), handle, CF_FREE, 0, &view), "cf_handle_view");
	return cf_object_index(base_region(), view.object);
}

void base_share(carafe_handle handle, uint32_t object)
{
	struct cf_process *process = &base_region()->process[base_environment()->process];
	struct cf_handle_entry *entry = cf_handle_entry_at(base_region(), process, handle / 4 - 1);
	struct cf_object *own = &base_region()->object[base_object(handle)];
	cf_word *shared = &base_region()->object[object].refs;
	uint64_t used = cf_load(&entry->entry), refs = cf_load(shared);
	struct cf_changes changes = { .count = 0 };
	struct cf_self *self;

	base_must(cf_self(base_environment(), &self), "cf_self");
	cf_change(&changes, &entry->entry, used, (cf_value(used) & ~CF_HANDLE_OBJECT) | object);
	cf_change(&changes, shared, refs, cf_value(refs) + 1);
	if (!cf_object_change_drop(self, own, &changes) || cf_kcas(self, &changes) != CF_DONE)
		sim_fail("the handle cannot be shared");
}

void base_join(void)
{
	base_prepare();
	base_must(cf_round(base_environment()), "a round for the dead");
}

static bool tell(void *context, const struct cf_finding *finding)
{
	(void)context;
	sim_fail("%s %u: %s", cf_finding_name(finding->kind), finding->index, finding->sentence);
	return false;
}

static void check_structure(void)
{
	base_must(cf_check(base_region(), CF_CHECK_EXACT, tell, NULL), "cf_check");
}

void base_finish(void)
{
	if (base_environment() == NULL)
		return;
	base_must(cf_round(base_environment()), "a round after all");
	if (!BASE->swept)
		sim_look(check_structure);
	BASE->swept = true;
	base_must(carafe_environment_close(base_environment()), "carafe_environment_close");
}

static void check_thread(struct cf_region *region, uint32_t index)
{
	const struct cf_thread *thread = &region->thread[index];
	uint32_t i;

	if (cf_owner_process(cf_load(&thread->owner)) != 0)
		sim_fail("the slot of thread %u is left", index);
	if ((cf_value(cf_load(&thread->wait)) & CF_STATE) != CF_IDLE)
		sim_fail("a wait of thread %u is left", index);
	for (i = 0; i < CF_BLOCKS; i++)
		if (cf_value(cf_load(&thread->block[i].next)) != CF_UNLINKED)
			sim_fail("block %u of thread %u is left in a queue", i, index);
}

void base_end(void)
{
	struct cf_region *region = base_region();
	uint32_t i;

	if (region == NULL || !BASE->swept)
		return;
	for (i = 0; i < cf_load32(&region->header.high_processes); i++)
		if (cf_value(cf_load(&region->process[i].state)) != 0)
			sim_fail("the slot of process %u is left", i);
	for (i = 0; i < cf_load32(&region->header.high_threads); i++)
		check_thread(region, i);
	for (i = 0; i < cf_value(cf_load(&region->header.high_objects)); i++)
		if ((cf_value(cf_load(&region->object[i].info)) & CF_TYPE_MASK) != CF_FREE)
			sim_fail("object %u is left", i);
	for (i = 0; i < 16; i++)
		if (cf_value(cf_load(&region->chunk_owner[i])) != 0)
			sim_fail("chunk %u of handles is left", i);
}
