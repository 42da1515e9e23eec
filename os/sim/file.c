/* SPDX-License-Identifier: MIT */
/*
 * os/sim/file.c - folders, files, mappings and locks of the simulated system, in memory.
 *
 * A lock belongs to an opening, which is shared by the descriptors that fork() copies.
 *
 * What happens if a process dies here: its descriptors are closed, and with the last one of an
 * opening its locks are gone.
 */
#include <string.h>

#include "os/sim/world.h"

#define SYSTEM (&sim_world.system)
#define DESCRIPTORS (int)(sizeof(((struct virtual_process *)0)->descriptor) / sizeof(int16_t))

/* Folders and files change rarely; who changes one is seen by all. */
static void changed(void)
{
	SYSTEM->version++;
}

/* A result of a system call, which depends on the calls of others before it. */
static carafe_status told(carafe_status status)
{
	sim_saw(status);
	sim_note(status);
	return status;
}

/* -1: it is not open. */
static int find_opening(int descriptor)
{
	return descriptor >= 0 && descriptor < DESCRIPTORS
		       ? sim_process_now()->descriptor[descriptor] - 1
		       : -1;
}

/* A real system answers with an error, or with what somebody else opened under that number. */
static int opening_of(int descriptor)
{
	int opening = find_opening(descriptor);

	if (opening < 0)
		sim_fail("a call of the system is given descriptor %d, which is not open",
			 descriptor);
	return opening;
}

static struct sim_node *node_of(int descriptor)
{
	return &SYSTEM->node[SYSTEM->opening[opening_of(descriptor)].node - 1];
}

static unsigned number_of(const struct sim_node *node)
{
	return (unsigned)(node - SYSTEM->node);
}

int sim_bell_node(int descriptor)
{
	const struct sim_node *node = node_of(descriptor);

	return node->kind == SIM_KIND_BELL ? (int)number_of(node) : -1;
}

/* ---- Names ------------------------------------------------------------------------------ */

static struct sim_node *find(unsigned parent, const char *name)
{
	unsigned i;

	for (i = 0; i < SIM_NODES; i++) {
		struct sim_node *node = &SYSTEM->node[i];

		if (node->kind != SIM_KIND_NONE && !node->removed && node->parent == parent &&
		    strcmp(node->name, name) == 0)
			return node;
	}
	return NULL;
}

static struct sim_node *make(unsigned parent, const char *name, enum sim_kind kind)
{
	unsigned i;

	if (strlen(name) >= SIM_NAME)
		return NULL;
	for (i = 0; i < SIM_NODES; i++)
		if (SYSTEM->node[i].kind == SIM_KIND_NONE) {
			changed();
			SYSTEM->node[i] = (struct sim_node){ .kind = (uint8_t)kind,
							     .parent = (uint8_t)parent };
			strcpy(SYSTEM->node[i].name, name);
			return &SYSTEM->node[i];
		}
	return NULL;
}

/* What is removed goes with its last opening. */
static void release(struct sim_node *node)
{
	if (node->removed && node->openings == 0)
		node->kind = SIM_KIND_NONE;
}

static void remove_node(struct sim_node *node)
{
	changed();
	node->removed = true;
	release(node);
}

static bool is_empty(const struct sim_node *folder)
{
	unsigned i;

	for (i = 0; i < SIM_NODES; i++)
		if (SYSTEM->node[i].kind != SIM_KIND_NONE && !SYSTEM->node[i].removed &&
		    SYSTEM->node[i].parent == number_of(folder) + 1)
			return false;
	return true;
}

/* ---- Openings --------------------------------------------------------------------------- */

static carafe_status open_node(struct sim_node *node, int *descriptor)
{
	int16_t *table = sim_process_now()->descriptor;
	int i, opening;

	for (opening = 0; opening < SIM_OPENINGS && SYSTEM->opening[opening].references != 0;
	     opening++)
		;
	for (i = 0; i < DESCRIPTORS && table[i] != 0; i++)
		;
	if (opening == SIM_OPENINGS || i == DESCRIPTORS)
		return CARAFE_STATUS_TOO_MANY_OPENED_FILES;
	changed();
	SYSTEM->opening[opening].node = (uint8_t)(number_of(node) + 1);
	SYSTEM->opening[opening].references = 1;
	SYSTEM->opening[opening].offset = 0;
	node->openings++;
	table[i] = (int16_t)(opening + 1);
	*descriptor = i;
	return CARAFE_STATUS_SUCCESS;
}

static void drop_opening(int opening)
{
	struct sim_node *node = &SYSTEM->node[SYSTEM->opening[opening].node - 1];
	unsigned i;

	changed();
	if (--SYSTEM->opening[opening].references != 0)
		return;
	for (i = 0; i < SIM_LOCKS; i++)
		if (SYSTEM->lock[i].opening == opening + 1)
			SYSTEM->lock[i].opening = 0;
	node->openings--;
	release(node);
}

void sim_close_all(unsigned process)
{
	int16_t *table = sim_world.process[process].descriptor;
	int i, opening;

	for (i = 0; i < DESCRIPTORS; i++) {
		opening = table[i] - 1;
		table[i] = 0;
		if (opening >= 0)
			drop_opening(opening);
	}
}

void sim_copy_descriptors(unsigned parent, unsigned child)
{
	int i;

	changed();
	for (i = 0; i < DESCRIPTORS; i++) {
		int16_t opening = sim_world.process[parent].descriptor[i];

		sim_world.process[child].descriptor[i] = opening;
		if (opening != 0)
			SYSTEM->opening[opening - 1].references++;
	}
}

void os_close(int fd)
{
	int opening;

	sim_call("os_close", (uint64_t)fd);
	opening = opening_of(fd);
	sim_process_now()->descriptor[fd] = 0;
	drop_opening(opening);
	(void)told(CARAFE_STATUS_SUCCESS);
}

/* ---- Descriptors of programs, which may name what is not open ---------------------------- */

bool sim_close(int descriptor)
{
	int opening;

	sim_call("close", (uint64_t)descriptor);
	opening = find_opening(descriptor);
	(void)told((carafe_status)opening);
	if (opening < 0)
		return false;
	sim_process_now()->descriptor[descriptor] = 0;
	drop_opening(opening);
	return true;
}

bool sim_receive(unsigned process, int descriptor)
{
	int16_t opening;

	sim_call("receive", (uint64_t)descriptor);
	opening = sim_world.process[process].descriptor[descriptor];
	if (opening == 0 || sim_process_now()->descriptor[descriptor] != 0)
		return false;
	changed();
	sim_process_now()->descriptor[descriptor] = opening;
	SYSTEM->opening[opening - 1].references++;
	return true;
}

void sim_seek(int descriptor, uint64_t offset)
{
	int opening;

	sim_call("seek", offset);
	opening = find_opening(descriptor);
	if (opening < 0)
		return;
	changed();
	SYSTEM->opening[opening].offset = offset;
	sim_note(offset);
}

uint64_t sim_tell(int descriptor)
{
	uint64_t offset;
	int opening;

	sim_call("tell", (uint64_t)descriptor);
	opening = find_opening(descriptor);
	offset = opening < 0 ? UINT64_MAX : SYSTEM->opening[opening].offset;
	sim_saw(offset);
	sim_note(offset);
	return offset;
}

/* ---- Folders ---------------------------------------------------------------------------- */

const char *os_setting(const char *name)
{
	(void)name;
	return NULL;
}

carafe_status os_base_folder(char *path, size_t size)
{
	if (size < sizeof("/sim"))
		return CARAFE_STATUS_OBJECT_PATH_INVALID;
	strcpy(path, "/sim");
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status open_folder(int parent, const char *path, bool create, int *folder)
{
	const struct sim_node *above = parent >= 0 ? node_of(parent) : NULL;
	unsigned number = above != NULL ? number_of(above) + 1 : 0;
	struct sim_node *node;

	if (above != NULL && above->removed)
		return CARAFE_STATUS_OBJECT_PATH_NOT_FOUND;
	node = find(number, path);
	if (node == NULL && !create)
		return CARAFE_STATUS_OBJECT_PATH_NOT_FOUND;
	if (node == NULL)
		node = make(number, path, SIM_KIND_FOLDER);
	if (node == NULL)
		return CARAFE_STATUS_DISK_FULL;
	return node->kind == SIM_KIND_FOLDER ? open_node(node, folder)
					     : CARAFE_STATUS_ACCESS_DENIED;
}

carafe_status os_folder_open(int parent, const char *path, bool create, int *folder)
{
	sim_call("os_folder_open", create);
	return told(open_folder(parent, path, create, folder));
}

carafe_status os_folder_rename(int parent, const char *from, const char *to)
{
	const struct sim_node *folder;
	struct sim_node *node, *other;

	sim_call("os_folder_rename", 0);
	folder = node_of(parent);
	node = find(number_of(folder) + 1, from);
	if (node == NULL || strlen(to) >= SIM_NAME)
		return told(CARAFE_STATUS_OBJECT_PATH_NOT_FOUND);
	other = find(number_of(folder) + 1, to);
	if (other != NULL && !is_empty(other))
		return told(CARAFE_STATUS_OBJECT_NAME_COLLISION);
	if (other != NULL)
		remove_node(other);
	changed();
	strcpy(node->name, to);
	return told(CARAFE_STATUS_SUCCESS);
}

/* Not one step: others may make files in the folder meanwhile. */
void os_folder_remove(int parent, const char *name)
{
	const struct sim_node *above;
	struct sim_node *folder;
	unsigned i, number;

	sim_call("os_folder_remove", 0);
	above = node_of(parent);
	folder = find(number_of(above) + 1, name);
	(void)told(folder != NULL ? CARAFE_STATUS_SUCCESS : CARAFE_STATUS_OBJECT_PATH_NOT_FOUND);
	if (folder == NULL || folder->kind != SIM_KIND_FOLDER)
		return;
	number = number_of(folder) + 1;
	for (i = 0; i < SIM_NODES; i++) {
		struct sim_node *node = &SYSTEM->node[i];

		if (node->kind == SIM_KIND_NONE || node->removed || node->parent != number)
			continue;
		sim_call("os_folder_remove", i);
		if (node->kind != SIM_KIND_NONE && node->parent == number && !node->removed)
			remove_node(node);
	}
	sim_call("os_folder_remove", number);
	if (!folder->removed && is_empty(folder))
		remove_node(folder);
}

carafe_status os_folder_list(int folder, bool (*visit)(void *context, const char *name),
			     void *context)
{
	const struct sim_node *node;
	unsigned i, number;
	char name[SIM_NAME];

	sim_call("os_folder_list", (uint64_t)folder);
	node = node_of(folder);
	number = number_of(node) + 1;
	for (i = 0; i < SIM_NODES; i++) {
		if (SYSTEM->node[i].kind == SIM_KIND_NONE || SYSTEM->node[i].removed ||
		    SYSTEM->node[i].parent != number)
			continue;
		memcpy(name, SYSTEM->node[i].name, sizeof(name));
		(void)told((carafe_status)i);
		if (!visit(context, name))
			break;
	}
	return told(CARAFE_STATUS_SUCCESS);
}

/* ---- Files ------------------------------------------------------------------------------ */

static carafe_status open_file(int folder, const char *name, bool create, enum sim_kind kind,
			       int *file)
{
	const struct sim_node *above = node_of(folder);
	struct sim_node *node;

	if (above->removed)
		return CARAFE_STATUS_OBJECT_NAME_NOT_FOUND;
	node = find(number_of(above) + 1, name);
	if (node == NULL && !create)
		return CARAFE_STATUS_OBJECT_NAME_NOT_FOUND;
	if (node == NULL)
		node = make(number_of(above) + 1, name, kind);
	if (node == NULL)
		return CARAFE_STATUS_DISK_FULL;
	return node->kind == kind ? open_node(node, file) : CARAFE_STATUS_ACCESS_DENIED;
}

carafe_status os_file_open(int folder, const char *name, bool create, int *file)
{
	sim_call("os_file_open", create);
	return told(open_file(folder, name, create, SIM_KIND_FILE, file));
}

carafe_status os_file_size(int file, uint64_t *size)
{
	const struct sim_node *node;

	sim_call("os_file_size", (uint64_t)file);
	node = node_of(file);
	*size = node->size;
	sim_saw(*size);
	return told(CARAFE_STATUS_SUCCESS);
}

carafe_status os_file_resize(int file, uint64_t size)
{
	struct sim_node *node;

	sim_call("os_file_resize", size);
	node = node_of(file);
	changed();
	node->size = size;
	return told(CARAFE_STATUS_SUCCESS);
}

carafe_status os_file_reserve(int file, uint64_t offset, uint64_t length)
{
	struct virtual_thread *thread = sim_thread_now();

	(void)file, (void)length;
	thread->reserving = true;
	sim_call("os_file_reserve", offset);
	thread->reserving = false;
	if (thread->full) {
		thread->full = false;
		return told(CARAFE_STATUS_DISK_FULL);
	}
	return told(CARAFE_STATUS_SUCCESS);
}

bool os_same_file(int fd, int folder, const char *name)
{
	const struct sim_node *node, *above;
	bool same;

	sim_call("os_same_file", (uint64_t)fd);
	node = node_of(fd);
	above = node_of(folder);
	same = find(number_of(above) + 1, name) == node;
	(void)told(same);
	return same;
}

/* All mappings of a file in a process are one. */
carafe_status os_map(int folder, int file, uint64_t size, bool read_only, void **base)
{
	struct sim_node *node;

	(void)folder, (void)read_only;
	sim_call("os_map", size);
	node = node_of(file);
	if (node->memory == NULL) {
		changed();
		node->memory = sim_map_room(node->size);
	}
	if (node->memory == NULL || size > node->size)
		return told(CARAFE_STATUS_NO_MEMORY);
	*base = sim_here(node->memory);
	return told(CARAFE_STATUS_SUCCESS);
}

void os_unmap(void *base, uint64_t size)
{
	(void)base;
	sim_call("os_unmap", size);
}

uint32_t os_page_size(void)
{
	return 4096;
}

/* ---- Locks ------------------------------------------------------------------------------ */

static bool is_of(const struct sim_lock *lock, int opening)
{
	return lock->opening == opening + 1;
}

/* Whether another opening of the file has the lock. */
static bool is_anothers(const struct sim_lock *lock, int opening)
{
	return lock->opening != 0 && !is_of(lock, opening) &&
	       lock->node + 1 == SYSTEM->opening[opening].node;
}

static bool is_held(int opening, uint32_t number)
{
	unsigned i;

	for (i = 0; i < SIM_LOCKS; i++)
		if (is_anothers(&SYSTEM->lock[i], opening) && SYSTEM->lock[i].number == number)
			return true;
	return false;
}

/* Where the opening's lock is, or a new one goes; NULL when there is no room. */
static struct sim_lock *place_of(int opening, uint32_t number)
{
	struct sim_lock *room = NULL;
	unsigned i;

	for (i = 0; i < SIM_LOCKS; i++) {
		if (is_of(&SYSTEM->lock[i], opening) && SYSTEM->lock[i].number == number)
			return &SYSTEM->lock[i];
		if (SYSTEM->lock[i].opening == 0 && room == NULL)
			room = &SYSTEM->lock[i];
	}
	return room;
}

carafe_status os_locks_open(int folder, const char *name, bool create, int *locks)
{
	sim_call("os_locks_open", create);
	return told(open_file(folder, name, create, SIM_KIND_FILE, locks));
}

void os_locks_close(int locks)
{
	os_close(locks);
}

carafe_status os_lock(int locks, uint32_t number)
{
	struct sim_lock *lock;
	int opening;

	sim_call("os_lock", number);
	opening = opening_of(locks);
	if (is_held(opening, number))
		return told(CARAFE_STATUS_SHARING_VIOLATION);
	changed();
	lock = place_of(opening, number);
	if (lock == NULL)
		return told(CARAFE_STATUS_INSUFFICIENT_RESOURCES);
	*lock = (struct sim_lock){ number, (uint8_t)(opening + 1),
				   (uint8_t)(SYSTEM->opening[opening].node - 1) };
	return told(CARAFE_STATUS_SUCCESS);
}

static void unlock(int opening, bool all, uint32_t number)
{
	unsigned i;

	changed();
	for (i = 0; i < SIM_LOCKS; i++)
		if (is_of(&SYSTEM->lock[i], opening) && (all || SYSTEM->lock[i].number == number))
			SYSTEM->lock[i].opening = 0;
	(void)told(CARAFE_STATUS_SUCCESS);
}

void os_unlock(int locks, uint32_t number)
{
	sim_call("os_unlock", number);
	unlock(opening_of(locks), false, number);
}

void os_unlock_all(int locks)
{
	sim_call("os_unlock_all", 0);
	unlock(opening_of(locks), true, 0);
}

carafe_status os_lock_test(int locks, uint32_t number, bool *held)
{
	sim_call("os_lock_test", number);
	*held = is_held(opening_of(locks), number);
	sim_saw(*held);
	return told(CARAFE_STATUS_SUCCESS);
}

carafe_status os_lock_test_any(int locks, bool *held)
{
	int opening;
	unsigned i;

	sim_call("os_lock_test_any", 0);
	opening = opening_of(locks);
	*held = false;
	for (i = 0; i < SIM_LOCKS; i++)
		*held = *held || is_anothers(&SYSTEM->lock[i], opening);
	sim_saw(*held);
	return told(CARAFE_STATUS_SUCCESS);
}

carafe_status os_bell_create(int folder, const char *name)
{
	const struct sim_node *above;

	sim_call("os_bell_create", 0);
	above = node_of(folder);
	if (find(number_of(above) + 1, name) != NULL)
		return told(CARAFE_STATUS_OBJECT_NAME_COLLISION);
	return told(make(number_of(above) + 1, name, SIM_KIND_BELL) != NULL
			    ? CARAFE_STATUS_SUCCESS
			    : CARAFE_STATUS_DISK_FULL);
}

carafe_status os_bell_open(int folder, const char *name, int *bell)
{
	sim_call("os_bell_open", 0);
	return told(open_file(folder, name, false, SIM_KIND_BELL, bell));
}

/* Of several who hear the bell only one is told. */
void os_bell_ring(int folder, const char *name)
{
	const struct sim_node *above, *bell;
	unsigned i;

	sim_call("os_bell_ring", 0);
	above = node_of(folder);
	bell = find(number_of(above) + 1, name);
	for (i = 0; bell != NULL && i < SIM_WATCHES; i++) {
		struct os_watch *watch = &SYSTEM->watch[i];

		if (watch->used && watch->bell == (int)number_of(bell)) {
			changed();
			watch->rung = true;
			break;
		}
	}
	(void)told(CARAFE_STATUS_SUCCESS);
}
