/* SPDX-License-Identifier: MIT */
/*
 * core/place.c - finds, makes, enters and leaves the present generation of an environment.
 *
 * Who is there is told by locks, which die with their holders but cannot be combined with anything
 * else in one step; which generation is the present one is told by the word `current` of the gate,
 * which can.  So every decision is one compare-and-swap on that word:
 *
 *	enter	take a slot's lock; then add one to the word's count of entries.  If meanwhile the
 *		word says "closed" or names another generation, let go and start anew.
 *	replace	read the word; see that no lock is taken; make a new generation under a number that
 *		nobody else was given; then swap the word from what was read to that number.
 *	close	the same with nobody left: swap the word to "closed"; then remove the generation.
 *
 * Whoever entered before the word was read has a lock to be seen; whoever enters after it
 * changes the word, and the swap fails.  So nobody is ever in a generation that was given up, and
 * there is never a second one in use.  A process holds nothing while it decides, so one that is
 * stopped there stops nobody.
 *
 * Leftovers (of makers that died or lost) are removed by the next maker.  A maker has the lock of
 * slot 0 from before it fills the folder; a remover takes that lock, too: what one of them has the
 * other leaves alone.  Between making the folder and taking the lock the maker has nothing: if the
 * remover is faster, the lock file of the maker may come into the folder when the remover has
 * looked for files already, so the maker then removes, too.  Who puts the last file there also
 * looks last.  A generation that was given up is nobody's, whoever still has a lock in it:
 * a late one to come, who will find that the word names another.
 *
 * What happens if a process dies here: before its swap, a folder is left that no word names and no
 * lock protects; after it, a generation without users.  Both are as good as none.
 */
#include <string.h>

#include "core/atomic.h"
#include "core/place.h"
#include "os/os.h"

#define ROUNDS 100
#define GATE_FILE "gate"
#define NUMBER_SIZE 16

/*
 * The format of this page is for ever: builds with different formats of the memory meet here.  A
 * page of zeros is a new environment, so making it needs no order among its makers.
 */
struct cf_gate {
	/*
	 * CAS by who enters, replaces or closes: closed 1 | entries 31 | number of the generation
	 * 32
	 */
	cf_word current;
	/* CAS by makers: how many numbers were given out. */
	cf_word numbers;
};

_Static_assert(sizeof(struct cf_gate) == 16, "the gate is the same for all builds");

#define GATE_SIZE 4096u
#define CLOSED (UINT64_C(1) << 63)
#define ONE_ENTRY (UINT64_C(1) << 32)

static uint32_t number_of(uint64_t current)
{
	return (uint32_t)current;
}

/* Whether there is a present generation. */
static bool is_present(uint64_t current)
{
	return number_of(current) != 0 && (current & CLOSED) == 0;
}

/* One more entry; the count goes round without touching its neighbours. */
static uint64_t entered(uint64_t current)
{
	return (current + ONE_ENTRY) & ~CLOSED;
}

/* Writes the prefix and the number, which fit. */
static void number_name(char name[NUMBER_SIZE], const char *prefix, uint32_t number)
{
	char digits[10];
	size_t length = strlen(prefix), count = 0;

	memcpy(name, prefix, length);
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		name[length++] = digits[--count];
	name[length] = '\0';
}

/* The number that number_name() wrote the name of; false for any other name. */
static bool named_number(const char *name, uint32_t *number)
{
	char canonical[NUMBER_SIZE];
	uint32_t value = 0;

	/* Too large a number wraps around, and is then no name of what it became. */
	for (const char *digit = name; *digit >= '0' && *digit <= '9'; digit++)
		value = value * 10 + (uint32_t)(*digit - '0');
	number_name(canonical, "", value);
	*number = value;
	return strcmp(canonical, name) == 0;
}

/* ---- Names ------------------------------------------------------------------------------ */

static bool is_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";
	size_t length = strlen(name);

	return length >= 1 && length <= 64 && name[0] != '.' && strspn(name, allowed) == length;
}

static const char *chosen_name(const char *name)
{
	if (name == NULL)
		name = os_setting("CARAFE_ENV");
	return name == NULL || name[0] == '\0' ? "default" : name;
}

/* Appends a slash and the name to a path. */
static carafe_status append(char path[CF_PLACE_PATH], const char *name)
{
	size_t length = strlen(path), size = strlen(name) + 1;

	if (length + 1 + size > CF_PLACE_PATH)
		return CARAFE_STATUS_OBJECT_PATH_INVALID;
	path[length] = '/';
	memcpy(path + length + 1, name, size);
	return CARAFE_STATUS_SUCCESS;
}

/* Opens the folder that an absolute path names, and writes the path without slashes at its end. */
static carafe_status open_by_path(const char *name, bool create, int *folder, char *path)
{
	size_t length = strlen(name);

	while (length > 0 && name[length - 1] == '/')
		length--;
	if (name[0] != '/' || length == 0)
		return CARAFE_STATUS_OBJECT_NAME_INVALID;
	if (length >= CF_PLACE_PATH)
		return CARAFE_STATUS_OBJECT_PATH_INVALID;
	memcpy(path, name, length);
	path[length] = '\0';
	return os_folder_open(-1, path, create, folder);
}

static carafe_status open_by_name(const char *name, bool create, int *folder, char *path)
{
	carafe_status status;
	int base;

	if (!is_name(name))
		return CARAFE_STATUS_OBJECT_NAME_INVALID;
	status = os_base_folder(path, CF_PLACE_PATH);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_folder_open(-1, path, create, &base);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_folder_open(base, name, create, folder);
	os_close(base);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = append(path, name);
	if (!CARAFE_SUCCESS(status))
		os_close(*folder);
	return status;
}

static carafe_status open_folder(const char *name, bool create, int *folder, char *path)
{
	/* An empty name that was not asked for by NULL is no name. */
	if (name != NULL && name[0] == '\0')
		return CARAFE_STATUS_OBJECT_NAME_INVALID;
	name = chosen_name(name);
	if (strchr(name, '/') != NULL)
		return open_by_path(name, create, folder, path);
	return open_by_name(name, create, folder, path);
}

/* Appends the generation's number to the path of the environment. */
static carafe_status append_number(char path[CF_PLACE_PATH], uint32_t number)
{
	char name[NUMBER_SIZE];

	number_name(name, "", number);
	return append(path, name);
}

/* ---- The gate --------------------------------------------------------------------------- */

static bool is_foreign(void *context, const char *name)
{
	bool *foreign = context;

	*foreign = strcmp(name, GATE_FILE) != 0;
	return !*foreign;
}

/*
 * Opens the gate file; makes it in an empty folder only.  Somebody's folder of other things, named
 * by mistake, could hold a "1" that must not be removed.
 */
static carafe_status open_gate_file(int environment, bool create, int *file)
{
	carafe_status status = os_file_open(environment, GATE_FILE, false, file);
	bool foreign = false;

	if (status != CARAFE_STATUS_OBJECT_NAME_NOT_FOUND || !create)
		return status;
	status = os_folder_list(environment, is_foreign, &foreign);
	if (!CARAFE_SUCCESS(status))
		return status;
	if (!foreign)
		return os_file_open(environment, GATE_FILE, true, file);
	/* Unless somebody made the gate, and more, since we looked for it. */
	status = os_file_open(environment, GATE_FILE, false, file);
	return status == CARAFE_STATUS_OBJECT_NAME_NOT_FOUND ? CARAFE_STATUS_OBJECT_NAME_COLLISION :
							       status;
}

/* Several may do so at once: a file of that size stays as it is. */
static carafe_status size_gate(int file, bool create)
{
	uint64_t size;
	carafe_status status = os_file_size(file, &size);

	if (!CARAFE_SUCCESS(status) || (size >= GATE_SIZE && !create))
		return status;
	if (!create)
		return CARAFE_STATUS_OBJECT_NAME_NOT_FOUND;
	if (size < GATE_SIZE)
		status = os_file_resize(file, GATE_SIZE);
	if (CARAFE_SUCCESS(status))
		status = os_file_reserve(file, 0, GATE_SIZE);
	return status;
}

static carafe_status map_gate(int environment, bool create, struct cf_gate **gate)
{
	carafe_status status;
	void *base;
	int file;

	status = open_gate_file(environment, create, &file);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = size_gate(file, create);
	if (CARAFE_SUCCESS(status))
		status = os_map(environment, file, GATE_SIZE, false, &base);
	os_close(file);
	if (CARAFE_SUCCESS(status))
		*gate = base;
	return status;
}

/* A number that nobody was given before; 0 when others were faster too often. */
static uint32_t new_number(struct cf_gate *gate)
{
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t given = cf_load(&gate->numbers);

		if (cf_cas(&gate->numbers, given, given + 1))
			return (uint32_t)(given + 1);
	}
	return 0;
}

/* ---- Who is there ----------------------------------------------------------------------- */

struct object_search {
	int folder;
	bool held;
	carafe_status status;
};

static bool visit_object(void *context, const char *name)
{
	struct object_search *search = context;
	int locks;

	if (strncmp(name, CF_PLACE_OBJECTS, strlen(CF_PLACE_OBJECTS)) != 0)
		return true;
	search->status = os_locks_open(search->folder, name, false, &locks);
	if (!CARAFE_SUCCESS(search->status))
		return false;
	search->status = os_lock_test_any(locks, &search->held);
	os_locks_close(locks);
	return CARAFE_SUCCESS(search->status) && !search->held;
}

/* Whether anybody but this opening of the lock file uses the generation. */
static carafe_status is_used(int folder, int lock, bool *used)
{
	struct object_search search = { folder, false, CARAFE_STATUS_SUCCESS };
	carafe_status status = os_lock_test_any(lock, used);

	if (!CARAFE_SUCCESS(status) || *used)
		return status;
	status = os_folder_list(folder, visit_object, &search);
	*used = search.held;
	return CARAFE_SUCCESS(status) ? search.status : status;
}

/* ---- Removing --------------------------------------------------------------------------- */

/* Removes what a remover of the generation has renamed. */
static void remove_old(int environment, uint32_t number)
{
	char old[NUMBER_SIZE];

	number_name(old, ".old-", number);
	os_folder_remove(environment, old);
}

/* In two steps, so that no half-removed generation has a number. */
static void remove_generation(int environment, uint32_t number)
{
	char name[NUMBER_SIZE], old[NUMBER_SIZE];

	number_name(name, "", number);
	number_name(old, ".old-", number);
	remove_old(environment, number);
	(void)os_folder_rename(environment, name, old);
	remove_old(environment, number);
}

/* Removes the generation if it has no maker and was given up or never entered. */
static void remove_leftover(const struct cf_place *place, uint32_t number)
{
	char name[NUMBER_SIZE];
	int folder, lock;

	/* Who looks at the present one must not find our lock there and take us for a user. */
	if (number_of(cf_load(&place->gate->current)) == number)
		return;
	number_name(name, "", number);
	if (!CARAFE_SUCCESS(os_folder_open(place->environment, name, false, &folder)))
		return;
	if (CARAFE_SUCCESS(os_locks_open(folder, CF_PLACE_LOCK, true, &lock))) {
		/* With the lock ours it cannot become the present one any more, if it is not. */
		if (CARAFE_SUCCESS(os_lock(lock, 0)) &&
		    number_of(cf_load(&place->gate->current)) != number)
			remove_generation(place->environment, number);
		os_locks_close(lock);
	}
	os_close(folder);
}

static bool visit_leftover(void *context, const char *name)
{
	const struct cf_place *place = context;
	uint32_t number;

	if (strncmp(name, ".old-", 5) == 0)
		os_folder_remove(place->environment, name);
	else if (named_number(name, &number))
		remove_leftover(place, number);
	return true;
}

/* ---- Making ----------------------------------------------------------------------------- */

static void close_generation(struct cf_place *place)
{
	int *const descriptors[] = { &place->memory, &place->folder };

	if (place->lock >= 0)
		os_locks_close(place->lock);
	place->lock = -1;
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(descriptors[0]); i++) {
		if (*descriptors[i] >= 0)
			os_close(*descriptors[i]);
		*descriptors[i] = -1;
	}
}

static carafe_status fill_memory(int folder, int memory, const struct cf_place_format *format)
{
	carafe_status status = os_file_resize(memory, format->size);
	void *base;

	if (CARAFE_SUCCESS(status))
		status = os_file_reserve(memory, 0, format->head);
	if (CARAFE_SUCCESS(status))
		status = os_map(folder, memory, format->size, false, &base);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = format->make(base, memory);
	os_unmap(base, format->size);
	return status;
}

/*
 * Takes possession of the folder of a number: makes it, and takes the lock of slot 0.
 * CARAFE_STATUS_DEVICE_NOT_READY when somebody who cleans up was faster.
 */
static carafe_status own_folder(struct cf_place *place, const char *name)
{
	carafe_status status = os_folder_open(place->environment, name, true, &place->folder);

	if (status == CARAFE_STATUS_OBJECT_PATH_NOT_FOUND) /* removed as soon as it was made */
		return CARAFE_STATUS_DEVICE_NOT_READY;
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_locks_open(place->folder, CF_PLACE_LOCK, true, &place->lock);
	if (CARAFE_SUCCESS(status))
		status = os_lock(place->lock, 0);
	/* Removed while it was empty, or about to be. */
	if (status == CARAFE_STATUS_OBJECT_NAME_NOT_FOUND ||
	    status == CARAFE_STATUS_SHARING_VIOLATION)
		return CARAFE_STATUS_DEVICE_NOT_READY;
	if (!CARAFE_SUCCESS(status))
		return status;
	if (!os_same_file(place->lock, place->folder, CF_PLACE_LOCK) ||
	    !os_same_file(place->folder, place->environment, name))
		return CARAFE_STATUS_DEVICE_NOT_READY;
	return CARAFE_STATUS_SUCCESS;
}

/* Makes the files of the new generation.  The folder is ours and nobody else's. */
static carafe_status make_files(struct cf_place *place, const struct cf_place_format *format)
{
	carafe_status status = os_bell_create(place->folder, CF_PLACE_BELL);

	/* Of an earlier environment here, whose gate was removed by hand: take another number. */
	if (status == CARAFE_STATUS_OBJECT_NAME_COLLISION)
		return CARAFE_STATUS_DEVICE_NOT_READY;
	if (CARAFE_SUCCESS(status))
		status = os_file_open(place->folder, CF_PLACE_MEMORY, true, &place->memory);
	if (CARAFE_SUCCESS(status))
		status = fill_memory(place->folder, place->memory, format);
	return status;
}

/* Replaces what `seen` says by a new generation, in which we have slot 0. */
static carafe_status make_generation(struct cf_place *place, const struct cf_place_format *format,
				     uint64_t seen)
{
	uint32_t number = new_number(place->gate);
	char name[NUMBER_SIZE];
	carafe_status status;
	bool owned;

	if (number == 0)
		return CARAFE_STATUS_DEVICE_NOT_READY;
	number_name(name, "", number);
	status = own_folder(place, name);
	owned = CARAFE_SUCCESS(status);
	if (owned)
		status = make_files(place, format);
	if (CARAFE_SUCCESS(status) && !cf_cas(&place->gate->current, seen, number))
		status = CARAFE_STATUS_DEVICE_NOT_READY;
	if (!CARAFE_SUCCESS(status)) {
		/*
		 * Who was faster to own it also removes it, but not a lock file that we made there
		 * after it had looked for files.
		 */
		if (owned || status != CARAFE_STATUS_DEVICE_NOT_READY)
			remove_generation(place->environment, number);
		else
			remove_old(place->environment, number);
		close_generation(place);
		return status;
	}
	place->number = number;
	place->slot = 0;
	(void)os_folder_list(place->environment, visit_leftover, place);
	return CARAFE_STATUS_SUCCESS;
}

/* ---- Entering --------------------------------------------------------------------------- */

/*
 * Opens the generation that `seen` names.  CARAFE_STATUS_NOT_FOUND when it is not there (whole) or
 * nobody uses it.
 */
static carafe_status open_generation(struct cf_place *place, uint64_t seen)
{
	char name[NUMBER_SIZE];
	carafe_status status;
	bool used;

	number_name(name, "", number_of(seen));
	status = os_folder_open(place->environment, name, false, &place->folder);
	if (status == CARAFE_STATUS_OBJECT_PATH_NOT_FOUND)
		return CARAFE_STATUS_NOT_FOUND;
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_locks_open(place->folder, CF_PLACE_LOCK, false, &place->lock);
	if (status == CARAFE_STATUS_OBJECT_NAME_NOT_FOUND)
		return CARAFE_STATUS_NOT_FOUND;
	if (CARAFE_SUCCESS(status))
		status = is_used(place->folder, place->lock, &used);
	if (CARAFE_SUCCESS(status) && !used)
		return CARAFE_STATUS_NOT_FOUND;
	return status;
}

static carafe_status check_memory(struct cf_place *place, const struct cf_place_format *format)
{
	carafe_status status;
	uint64_t size;
	void *base;

	status = os_file_open(place->folder, CF_PLACE_MEMORY, false, &place->memory);
	if (status == CARAFE_STATUS_OBJECT_NAME_NOT_FOUND)
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (CARAFE_SUCCESS(status))
		status = os_file_size(place->memory, &size);
	if (!CARAFE_SUCCESS(status))
		return status;
	if (size < format->head)
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	status = os_map(place->folder, place->memory, format->head, true, &base);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = format->check(base, size);
	os_unmap(base, format->head);
	/* After check(): the memory of another format may well be smaller. */
	if (CARAFE_SUCCESS(status) && size < format->size)
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	return status;
}

/* Locks any free slot.  This opening of the lock file holds none yet. */
static carafe_status take_slot(struct cf_place *place)
{
	for (uint32_t slot = 0; slot < place->slots; slot++) {
		carafe_status status = os_lock(place->lock, slot);

		if (status == CARAFE_STATUS_SHARING_VIOLATION)
			continue;
		place->slot = slot;
		return status;
	}
	return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
}

/* With a slot locked: says so at the gate.  Fails when the generation was given up meanwhile. */
static carafe_status pass_gate(struct cf_place *place, uint32_t number)
{
	/* Each failure is somebody else's entry. */
	for (uint32_t round = 0; round < UINT16_MAX; round++) {
		uint64_t current = cf_load(&place->gate->current);

		if (!is_present(current) || number_of(current) != number)
			return CARAFE_STATUS_DEVICE_NOT_READY;
		if (cf_cas(&place->gate->current, current, entered(current))) {
			place->number = number;
			return CARAFE_STATUS_SUCCESS;
		}
	}
	return CARAFE_STATUS_DEVICE_NOT_READY;
}

static carafe_status enter_generation(struct cf_place *place, const struct cf_place_format *format,
				      uint64_t seen)
{
	carafe_status status = open_generation(place, seen);

	if (CARAFE_SUCCESS(status))
		status = check_memory(place, format);
	if (CARAFE_SUCCESS(status))
		status = take_slot(place);
	if (CARAFE_SUCCESS(status))
		status = pass_gate(place, number_of(seen));
	if (!CARAFE_SUCCESS(status))
		close_generation(place);
	return status;
}

/* One attempt; CARAFE_STATUS_DEVICE_NOT_READY when others changed what it had seen. */
static carafe_status enter_or_make(struct cf_place *place, const struct cf_place_format *format)
{
	uint64_t seen = cf_load(&place->gate->current);
	carafe_status status = CARAFE_STATUS_NOT_FOUND;
	uint64_t current;

	if (is_present(seen))
		status = enter_generation(place, format, seen);
	if (CARAFE_SUCCESS(status))
		return status;
	if (status == CARAFE_STATUS_NOT_FOUND)
		return make_generation(place, format, seen);
	/* What is wrong with a generation that was given up meanwhile matters to nobody. */
	current = cf_load(&place->gate->current);
	if (!is_present(current) || number_of(current) != number_of(seen))
		return CARAFE_STATUS_DEVICE_NOT_READY;
	return status;
}

static void close_environment(struct cf_place *place)
{
	os_unmap(place->gate, GATE_SIZE);
	os_close(place->environment);
}

carafe_status cf_place_open(const char *name, const struct cf_place_format *format,
			    struct cf_place *place)
{
	struct cf_place opened = {
		.folder = -1, .lock = -1, .memory = -1, .slots = format->slots
	};
	carafe_status status;

	status = open_folder(name, true, &opened.environment, opened.path);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = map_gate(opened.environment, true, &opened.gate);
	if (!CARAFE_SUCCESS(status)) {
		os_close(opened.environment);
		return status;
	}
	for (int round = 0; round < ROUNDS; round++) {
		status = enter_or_make(&opened, format);
		if (status != CARAFE_STATUS_DEVICE_NOT_READY)
			break;
		os_yield();
	}
	if (!CARAFE_SUCCESS(status)) {
		close_environment(&opened);
		return status;
	}
	status = append_number(opened.path, opened.number);
	if (!CARAFE_SUCCESS(status)) {
		cf_place_close(&opened);
		return status;
	}
	*place = opened;
	return CARAFE_STATUS_SUCCESS;
}

/* ---- Leaving ---------------------------------------------------------------------------- */

void cf_place_drop(struct cf_place *place)
{
	close_generation(place);
	close_environment(place);
}

void cf_place_close(struct cf_place *place)
{
	uint64_t current;
	bool used = true;

	/* First, so that of two who leave together the later one sees that it is the last. */
	os_unlock_all(place->lock);
	current = cf_load(&place->gate->current);
	if (is_present(current) && number_of(current) == place->number &&
	    CARAFE_SUCCESS(is_used(place->folder, place->lock, &used)) && !used &&
	    cf_cas(&place->gate->current, current, current | CLOSED))
		remove_generation(place->environment, place->number);
	cf_place_drop(place);
}

/* ---- Slots ------------------------------------------------------------------------------ */

carafe_status cf_place_open_again(const struct cf_place *place, int *lock)
{
	int opened;
	carafe_status status = os_locks_open(place->folder, CF_PLACE_LOCK, false, &opened);

	if (!CARAFE_SUCCESS(status))
		return status;
	/* Somebody who removes files by hand must not give us a lock that nobody else looks at. */
	if (!os_same_file(place->lock, place->folder, CF_PLACE_LOCK)) {
		os_locks_close(opened);
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	}
	*lock = opened;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status cf_place_claim(const struct cf_place *place, uint32_t first, uint32_t *slot)
{
	carafe_status status;
	bool held;
	int other;

	/* Taking a lock of our own again would succeed; another opening sees it as held. */
	status = cf_place_open_again(place, &other);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	for (uint32_t candidate = first; candidate < place->slots; candidate++) {
		status = os_lock_test(other, candidate, &held);
		if (CARAFE_SUCCESS(status) && !held)
			status = os_lock(place->lock, candidate);
		else if (CARAFE_SUCCESS(status))
			status = CARAFE_STATUS_SHARING_VIOLATION;
		if (CARAFE_SUCCESS(status))
			*slot = candidate;
		if (status != CARAFE_STATUS_SHARING_VIOLATION)
			break;
		status = CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	}
	os_locks_close(other);
	return status;
}

void cf_place_release(const struct cf_place *place, uint32_t slot)
{
	os_unlock(place->lock, slot);
}

/* ---- Looking ---------------------------------------------------------------------------- */

carafe_status cf_place_lookup(const char *name, char *path, size_t size)
{
	char found[CF_PLACE_PATH];
	struct cf_gate *gate;
	carafe_status status;
	uint64_t current;
	int environment;

	status = open_folder(name, false, &environment, found);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = map_gate(environment, false, &gate);
	os_close(environment);
	if (!CARAFE_SUCCESS(status))
		return status;
	current = cf_load(&gate->current);
	os_unmap(gate, GATE_SIZE);
	if (!is_present(current))
		return CARAFE_STATUS_OBJECT_NAME_NOT_FOUND;
	status = append_number(found, number_of(current));
	if (CARAFE_SUCCESS(status) && strlen(found) >= size)
		status = CARAFE_STATUS_OBJECT_PATH_INVALID;
	if (CARAFE_SUCCESS(status))
		memcpy(path, found, strlen(found) + 1);
	return status;
}
