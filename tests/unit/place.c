/* SPDX-License-Identifier: MIT */
/*
 * Tests of where an environment lies and who uses it (core/place.c).
 */
#include <config.h>

#include <sched.h>
#include <sys/mount.h>

#include "tests/unit/place.h"
#include "tests/weak.h"

static carafe_status other_make(void *base, int memory)
{
	(void)memory;
	return test_make_version(base, 2);
}

static carafe_status other_check(const void *base, uint64_t size)
{
	(void)size;
	return test_check_version(base, 2);
}

static const struct cf_place_format other_format = {
	.size = TEST_SIZE / 2,
	.head = TEST_HEAD,
	.slots = TEST_SLOTS,
	.make = other_make,
	.check = other_check
};

static carafe_status try_name(const char *name)
{
	struct cf_place place;
	carafe_status status = cf_place_open(name, &test_format, &place);

	if (CARAFE_SUCCESS(status))
		cf_place_close(&place);
	return status;
}

static void test_names(void)
{
	static const char *const wrong[] = { "", ".", "..", ".x", "a/b", "./a", "a b", "a\n",
					     "\xc3\xa4", "a:b", "/", "//" };
	char name[80];
	struct cf_place place;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is_int(try_name(wrong[i]), CARAFE_STATUS_OBJECT_NAME_INVALID, "wrong name %zu", i);
	memset(name, 'x', sizeof(name));
	name[65] = '\0';
	is_int(try_name(name), CARAFE_STATUS_OBJECT_NAME_INVALID, "65 characters are too many");
	name[64] = '\0';
	is_int(try_name(name), CARAFE_STATUS_SUCCESS, "64 are not");
	is_int(try_name("A-z.0_9"), CARAFE_STATUS_SUCCESS, "all kinds of characters");
	is_int(try_name(scratch("no/parent")), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
	       "a path whose parent is not there");

	unsetenv("CARAFE_ENV");
	if (!CARAFE_SUCCESS(cf_place_open(NULL, &test_format, &place)))
		bail_out("no default environment");
	is_str(place.path, scratch("carafe/default/1"), "the default has a documented place");
	cf_place_close(&place);
	setenv("CARAFE_ENV", "mine", 1);
	cf_place_open(NULL, &test_format, &place);
	is_str(place.path, scratch("carafe/mine/1"), "$CARAFE_ENV names another");
	cf_place_close(&place);
	setenv("CARAFE_ENV", scratch("by-path//"), 1);
	cf_place_open(NULL, &test_format, &place);
	is_str(place.path, scratch("by-path/1"), "or its folder");
	cf_place_close(&place);
	setenv("CARAFE_ENV", "", 1);
	cf_place_open(NULL, &test_format, &place);
	is_str(place.path, scratch("carafe/default/2"), "empty is as good as not set");
	cf_place_close(&place);
	unsetenv("CARAFE_ENV");
}

static void test_life(void)
{
	const char *path = scratch("life");
	char found[CF_PLACE_PATH] = "untouched";
	struct cf_place a, b;

	is_int(cf_place_lookup(path, found, sizeof(found)), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
	       "no environment");
	ok(access(path, F_OK) < 0, "and looking made none");
	is_int(cf_place_open(path, &test_format, &a), CARAFE_STATUS_SUCCESS, "it is made");
	is_int(cf_place_open(path, &test_format, &b), CARAFE_STATUS_SUCCESS, "it is entered");
	is_str(a.path, b.path, "as the same generation");
	ok(a.slot != b.slot, "in another slot");
	ok(os_same_file(b.memory, a.folder, "memory"), "with the same memory");
	is_int(cf_place_lookup(path, found, sizeof(found)), CARAFE_STATUS_SUCCESS, "it is found");
	is_str(found, a.path, "where it is");
	is_int(cf_place_lookup(path, found, 5), CARAFE_STATUS_OBJECT_PATH_INVALID, "if it fits");
	cf_place_close(&a);
	is_int(census(path), ONE, "while one user is left, it stays");
	cf_place_close(&b);
	is_int(census(path), EMPTY, "the last one removes it");
	is_int(cf_place_lookup(path, found, sizeof(found)), CARAFE_STATUS_OBJECT_NAME_NOT_FOUND,
	       "then there is none");
	is_int(cf_place_open(path, &test_format, &a), CARAFE_STATUS_SUCCESS, "it is made again");
	ok(strcmp(a.path, b.path) != 0, "under another number");
	cf_place_close(&a);
}

/* Enters, says its path, and waits. */
static int user(const struct child *parent, void *argument)
{
	struct cf_place place;
	carafe_status status = cf_place_open(argument, &test_format, &place);

	if (!CARAFE_SUCCESS(status)) {
		diag("a user could not enter: 0x%lx", (unsigned long)status);
		return 1;
	}
	say(parent, place.path, sizeof(place.path));
	hear_byte(parent);
	cf_place_close(&place);
	return 0;
}

static void test_stale(void)
{
	char path[256], first[CF_PLACE_PATH] = "";
	struct child child;
	struct cf_place place;

	snprintf(path, sizeof(path), "%s", scratch("stale"));
	child = child_start(user, path);
	hear(&child, first, sizeof(first));
	is_int(cf_place_open(path, &test_format, &place), CARAFE_STATUS_SUCCESS, "entered");
	is_str(place.path, first, "with a living user");
	child_kill(&child);
	cf_place_close(&place);
	is_int(census(path), EMPTY, "who outlives a killed user removes it");

	child = child_start(user, path);
	hear(&child, first, sizeof(first));
	kill(child.pid, SIGSTOP);
	waitpid(child.pid, NULL, WUNTRACED);
	cf_place_open(path, &test_format, &place);
	is_str(place.path, first, "a stopped user is a user");
	cf_place_close(&place);
	is_int(census(path), ONE, "for whom it stays");
	child_kill(&child);
	is_int(census(path), ONE, "killed users leave it");
	is_int(cf_place_open(path, &test_format, &place), CARAFE_STATUS_SUCCESS, "re-made");
	ok(strcmp(place.path, first) != 0, "and not entered again");
	is_int(census(path), ONE, "what they left is removed");
	cf_place_close(&place);
}

static void test_formats(void)
{
	char path[256], first[CF_PLACE_PATH] = "";
	struct cf_place place, other;
	struct child child;

	snprintf(path, sizeof(path), "%s", scratch("formats"));
	cf_place_open(path, &test_format, &place);
	is_int(cf_place_open(path, &other_format, &other), CARAFE_STATUS_REVISION_MISMATCH,
	       "another format in use is refused");
	cf_place_close(&place);
	cf_place_open(path, &other_format, &other);
	is_int(cf_place_open(path, &test_format, &place), CARAFE_STATUS_REVISION_MISMATCH,
	       "a smaller one, too, and not called damaged");
	is_int(census(path), ONE, "and left alone");
	cf_place_close(&other);
	child = child_start(user, path);
	hear(&child, first, sizeof(first));
	child_kill(&child);
	is_int(cf_place_open(path, &other_format, &other), CARAFE_STATUS_SUCCESS,
	       "one that nobody uses is re-made");
	cf_place_close(&other);
}

static void test_damage(void)
{
	const char *path = scratch("damage");
	struct cf_place place, other;

	cf_place_open(path, &test_format, &place);
	if (ftruncate(place.memory, TEST_SIZE - 1) < 0)
		bail_out("cannot truncate");
	is_int(cf_place_open(path, &test_format, &other), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "a truncated memory is refused");
	if (ftruncate(place.memory, 1) < 0)
		bail_out("cannot truncate");
	is_int(cf_place_open(path, &test_format, &other), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "one without a whole head is not looked at");
	unlinkat(place.folder, "memory", 0);
	is_int(cf_place_open(path, &test_format, &other), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "a missing one is refused");
	cf_place_close(&place);
	is_int(cf_place_open(path, &test_format, &place), CARAFE_STATUS_SUCCESS,
	       "and re-made when nobody uses it");
	cf_place_close(&place);
}

static void test_foreign(void)
{
	char path[256];
	int folder, inner;

	snprintf(path, sizeof(path), "%s", scratch("foreign"));
	os_folder_open(-1, path, true, &folder);
	os_folder_open(folder, "1", true, &inner);
	is_int(try_name(path), CARAFE_STATUS_OBJECT_NAME_COLLISION,
	       "a folder with other things in it is no environment");
	ok(os_same_file(inner, folder, "1"), "and not touched");
	os_close(inner);
	os_close(folder);
	if (symlink(path, scratch("foreign-link")) == 0)
		is_int(try_name(scratch("foreign-link")), CARAFE_STATUS_ACCESS_DENIED,
		       "nor is a link");
	chmod(path, 0777);
	is_int(try_name(path), CARAFE_STATUS_ACCESS_DENIED, "nor what others can write to");
}

static void test_slots(void)
{
	const char *path = scratch("slots");
	struct cf_place place, other;
	bool seen[TEST_SLOTS] = { false };
	int claimed = 0, again;
	uint32_t slot;

	cf_place_open(path, &test_format, &place);
	is_int(place.slot, 0, "the maker has the first slot");
	is_int(cf_place_claim(&place, 5, &slot), CARAFE_STATUS_SUCCESS, "one from the fifth");
	is_int(slot, 5, "is the fifth");
	cf_place_release(&place, 5);
	while (CARAFE_SUCCESS(cf_place_claim(&place, 0, &slot))) {
		claimed += !seen[slot];
		seen[slot] = true;
	}
	is_int(claimed, TEST_SLOTS - 1, "all others once, never one's own");
	is_int(cf_place_claim(&place, 0, &slot), CARAFE_STATUS_INSUFFICIENT_RESOURCES, "then none");
	is_int(cf_place_open(path, &test_format, &other), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "nobody else can enter");
	cf_place_release(&place, 7);
	is_int(cf_place_open(path, &test_format, &other), CARAFE_STATUS_SUCCESS, "now one can");
	is_int(other.slot, 7, "where there is room");
	cf_place_close(&other);
	is_int(cf_place_open_again(&place, &again), CARAFE_STATUS_SUCCESS, "opened again");
	is_int(os_lock(again, 0), CARAFE_STATUS_SHARING_VIOLATION, "with locks of its own");
	os_locks_close(again);
	cf_place_close(&place);
}

/* Forks, with a slot for the child, which says so when its parent is dead. */
static int forking_user(const struct child *parent, void *argument)
{
	struct cf_place place, mine;
	struct cf_place childs;

	if (!CARAFE_SUCCESS(cf_place_open(argument, &test_format, &place)))
		return 1;
	childs = place;
	if (!CARAFE_SUCCESS(cf_place_open_again(&place, &childs.lock)) ||
	    !CARAFE_SUCCESS(cf_place_claim(&childs, 0, &childs.slot)))
		return 1;
	mine = place;
	if (fork() == 0) {
		alarm(CHILD_SECONDS);
		os_locks_close(mine.lock);
		say(parent, &childs.slot, sizeof(childs.slot));
		hear_byte(parent);
		cf_place_close(&childs);
		say_byte(parent);
		_exit(0);
	}
	os_locks_close(childs.lock);
	pause();
	return 0;
}

static void test_fork(void)
{
	char path[256];
	struct cf_place place;
	struct child child;
	uint32_t slot = 0;
	bool held = true;
	int forked;

	snprintf(path, sizeof(path), "%s", scratch("fork"));
	child = child_start(forking_user, path);
	hear(&child, &slot, sizeof(slot));
	kill(child.pid, SIGKILL);
	waitpid(child.pid, NULL, 0);
	cf_place_open(path, &test_format, &place);
	os_lock_test(place.lock, slot, &held);
	is_int(slot, 1, "a forked child has a slot of its own");
	ok(held, "and keeps it when its parent is killed");
	is_int(place.slot, 0, "the parent's is free");
	cf_place_close(&place);
	is_int(census(path), ONE, "for the child it stays");
	say_byte(&child);
	hear_byte(&child);
	is_int(census(path), EMPTY, "until it leaves");
	close(child.in);
	close(child.out);

	cf_place_open(path, &test_format, &place);
	forked = fork();
	if (forked == 0) {
		cf_place_drop(&place);
		_exit(0);
	}
	waitpid(forked, NULL, 0);
	is_int(cf_place_open(path, &other_format, &place), CARAFE_STATUS_REVISION_MISMATCH,
	       "a child that drops its copies gives nothing back");
}

static int object_holder(const struct child *parent, void *argument)
{
	struct cf_place place;
	int object;

	if (!CARAFE_SUCCESS(cf_place_open(argument, &test_format, &place)) ||
	    !CARAFE_SUCCESS(os_locks_open(place.folder, "object-07", true, &object)) ||
	    !CARAFE_SUCCESS(os_lock(object, 12345)))
		return 1;
	say(parent, place.path, sizeof(place.path));
	cf_place_close(&place);
	say_byte(parent);
	hear_byte(parent);
	return 0;
}

static void test_objects(void)
{
	char path[256], first[CF_PLACE_PATH] = "";
	struct child child;
	struct cf_place place;

	snprintf(path, sizeof(path), "%s", scratch("objects"));
	child = child_start(object_holder, path);
	hear(&child, first, sizeof(first));
	hear_byte(&child);
	is_int(census(path), ONE, "an object in use keeps it without any user");
	is_int(cf_place_open(path, &test_format, &place), CARAFE_STATUS_SUCCESS, "who comes");
	is_str(place.path, first, "finds it");
	cf_place_close(&place);
	is_int(census(path), ONE, "and leaves it");
	child_kill(&child);
	cf_place_open(path, &test_format, &place);
	ok(strcmp(place.path, first) != 0, "when the object is gone, it is re-made");
	is_int(census(path), ONE, "and the old one removed with its object files");
	cf_place_close(&place);
}

static void test_race(void)
{
	char path[256], paths[8][CF_PLACE_PATH];
	struct child child[8];
	int same = 0, rounds = 100, single = 0;

	for (int round = 0; round < rounds; round++) {
		bool all = true;

		snprintf(path, sizeof(path), "%s", scratch("race"));
		for (int i = 0; i < 8; i++)
			child[i] = child_start(user, path);
		for (int i = 0; i < 8; i++) {
			if (!hear(&child[i], paths[i], sizeof(paths[i])))
				paths[i][0] = '\0';
			all = all && paths[i][0] == '/' && strcmp(paths[i], paths[0]) == 0;
		}
		same += all;
		single += census(path) == ONE;
		for (int i = 0; i < 8; i++)
			say_byte(&child[i]);
		for (int i = 0; i < 8; i++)
			child_end(&child[i]);
		single += census(path) == EMPTY;
	}
	is_int(same, rounds, "eight who come together are in one generation, %d times", rounds);
	is_int(single, 2 * rounds, "losers leave nothing behind, nor do the last");
}

static int fill_disk(const struct child *parent, void *argument)
{
	struct cf_place place;
	carafe_status status;

	(void)parent, (void)argument;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mkdir(scratch("mount"), 0700) < 0 ||
	    mount("none", scratch("mount"), "tmpfs", 0, "size=8k,mode=700") < 0)
		return 99;
	status = cf_place_open(scratch("mount/small"), &test_format, &place);
	if (status != CARAFE_STATUS_SUCCESS) /* gate, head: two pages */
		return 1;
	cf_place_close(&place);
	if (mount("none", scratch("mount"), "tmpfs", 0, "size=4k,mode=700") < 0)
		return 99;
	status = cf_place_open(scratch("mount/tiny"), &test_format, &place);
	if (status != CARAFE_STATUS_DISK_FULL)
		return 2;
	return census(scratch("mount/tiny")) == EMPTY ? 0 : 3;
}

static void test_full(void)
{
	struct child child;
	int result;

	if (weakness(WEAK_FILE) != NULL) {
		skip(1, "%s", weakness(WEAK_FILE));
		return;
	}
	child = child_start(fill_disk, NULL);
	result = child_end(&child);
	rmdir(scratch("mount"));
	if (result == 99)
		skip(1, "cannot mount a tmpfs here");
	else
		is_int(result, 0, "a full tmpfs is a status, and nothing is left");
}

int main(void)
{
	alarm(CHILD_SECONDS);
	os_close(scratch_open());
	setenv("XDG_RUNTIME_DIR", scratch_path, 1);
	test_names();
	test_life();
	test_stale();
	test_formats();
	test_damage();
	test_foreign();
	test_slots();
	test_fork();
	test_objects();
	test_race();
	test_full();
	return done_testing();
}
