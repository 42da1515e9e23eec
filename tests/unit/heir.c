/* SPDX-License-Identifier: MIT */
/*
 * A parent that is killed while it makes the table of its child (core/environment.c, core/table.c)
 * leaves nothing behind, though the child's slot is swept before its own.
 *
 * Catches a sweep that empties the child's table while the parent's last change of it, begun and
 * not finished, can still be finished by somebody who meets it: a handle appeared in a chunk that
 * nobody had, or a free one in the table of the slot's next user, who could make no handle then.
 */
#include <config.h>

#include <carafe/carafe.h>

#include "core/process.h"
#include "core/round.h"
#include "tests/unit/forge.h"

/* A parent and the slot, below its own, of the child that it is about to fork. */
struct family {
	struct carafe_environment *parent;
	struct cf_process *child;
	struct cf_view object; /* of a handle to inherit */
	carafe_handle handle;
};

static struct carafe_environment *survivor;

static struct family family_start(void)
{
	struct carafe_environment *below = open_again();
	struct family family = { .parent = open_again() };
	uint32_t slot = below->process;

	(void)carafe_environment_close(below);
	if (slot >= family.parent->process)
		bail_out("the child's slot is not below its parent's");
	family.handle = new_object(family.parent, (struct cf_birth){ .info = CF_EVENT },
				   &family.object);
	must(cf_process_enter(family.parent->region, family.parent->place.memory, slot),
	     "make the child's slot");
	family.child = &family.parent->region->process[slot];
	return family;
}

/* The parent dies, and with it whoever holds the child's slot; somebody goes a round. */
static void family_end(struct family *family)
{
	die(family->parent);
	must(cf_round(survivor), "go a round");
	is_int(value_of(survivor, &family->child->state), 0, "the child's slot is free");
	is_int(value_of(survivor, &family->child->handle_free), 0, "and it has no free handle");
	is_int(value_of(survivor, &family->child->handle_high), 0, "and none that was ever used");
	is_int(value_of(survivor, &family->child->chunk[0]), 0, "and no chunk");
	ok(is_free(survivor, &family->object), "the object is gone");
}

static struct cf_handle_entry *first_entry(const struct family *family)
{
	struct cf_handle_entry *entry =
		cf_handle_entry_at(family->parent->region, family->child, 0);

	if (entry == NULL)
		bail_out("the child has no chunk");
	return entry;
}

/* Every chunk can be used: more handles than all chunks that were used in this test have. */
static void use_all_chunks(const char *what)
{
	enum { HANDLES = 4 * CF_CHUNK_HANDLES };
	static carafe_handle handles[HANDLES];
	uint32_t made, i;

	for (made = 0; made < HANDLES; made++)
		if (!CARAFE_SUCCESS(carafe_event_create(survivor, CARAFE_EVENT_ALL_ACCESS, 0,
							CARAFE_NOTIFICATION_EVENT, 0,
							&handles[made])))
			break;
	is_int(made, HANDLES, "%s: the chunks serve others", what);
	for (i = 0; i < made; i++)
		(void)carafe_close(survivor, handles[i]);
}

/* The child's slot serves the next process. */
static void use_slot(const char *what)
{
	struct carafe_environment *next = open_again();
	struct cf_birth birth = { .info = CF_EVENT };
	carafe_handle handle;
	carafe_status status;

	status = cf_handle_create(next, &birth, CARAFE_EVENT_ALL_ACCESS, 0, &handle);
	ok(CARAFE_SUCCESS(status), "%s: the slot serves the next process", what);
	(void)carafe_environment_close(next);
}

/* The parent had installed the lowest word only, that of the object's state. */
static void test_inheriting(void)
{
	struct family family = family_start();
	struct cf_object *object = family.object.object;
	struct cf_changes changes = { .count = 0 };
	struct cf_handle_entry *entry;
	struct cf_self *self = self_in(family.parent);
	uint32_t used = CF_HANDLE_USED | cf_object_index(self->region, object);

	must(cf_handle_add_chunk(self, family.child, 0), "add a chunk");
	put(survivor, &family.child->handle_high, 1);
	entry = first_entry(&family);
	cf_compare(&changes, &object->state, bits_of(survivor, &object->state));
	cf_change(&changes, &object->refs, bits_of(survivor, &object->refs), 1);
	cf_change(&changes, &entry->entry, bits_of(survivor, &entry->entry), used);
	cf_change(&changes, &entry->access, bits_of(survivor, &entry->access), 1);
	install(&changes, 0, forge(self, 0, UNDECIDED, &changes));
	family_end(&family);
	is_int(value_of(survivor, &entry->entry) & CF_HANDLE_USED, 0, "no handle is left");
	(void)carafe_environment_close(family.parent);
	use_all_chunks("killed while it passes a handle on");
}

static void test_leaving_out(void)
{
	struct family family = family_start();
	struct cf_changes changes = { .count = 0 };
	struct cf_self *self = self_in(family.parent);
	struct cf_handle_entry *entry;

	must(cf_handle_add_chunk(self, family.child, 0), "add a chunk");
	put(survivor, &family.child->handle_high, 2);
	entry = first_entry(&family);
	cf_change(&changes, &family.child->handle_free,
		  bits_of(survivor, &family.child->handle_free), 1);
	cf_change(&changes, &entry->entry, bits_of(survivor, &entry->entry), 0);
	(void)forge(self, 0, UNDECIDED, &changes);
	family_end(&family);
	(void)carafe_environment_close(family.parent);
	use_slot("killed while it leaves a handle out");
}

static void test_adding_a_chunk(void)
{
	struct family family = family_start();
	cf_word *owner = &family.parent->region->chunk_owner[CF_CHUNKS - 1];
	struct cf_changes changes = { .count = 0 };

	cf_change(&changes, owner, bits_of(survivor, owner),
		  (uint32_t)(family.child - family.parent->region->process) + 1);
	cf_change(&changes, &family.child->chunk[0], bits_of(survivor, &family.child->chunk[0]),
		  CF_CHUNKS);
	(void)forge(self_in(family.parent), 0, UNDECIDED, &changes);
	family_end(&family);
	is_int(value_of(survivor, owner), 0, "nobody has the chunk");
	(void)carafe_environment_close(family.parent);
}

int main(void)
{
	survivor = open_first();
	test_inheriting();
	test_leaving_out();
	test_adding_a_chunk();
	return done_testing();
}
