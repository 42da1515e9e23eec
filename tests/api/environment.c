/* SPDX-License-Identifier: MIT */
/*
 * environment.c - tests of opening and closing: names, places, what is refused, what remains.
 *
 * A full file system is in full.c.
 */
#include <config.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/api/support.h"
#include "tests/weak.h"

static bool
is_there(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/* How many entries the folder has, but for "." and ".."; -1 if it cannot be read. */
static int
entries(const char *path)
{
	DIR *opened = opendir(path);
	int count = -2;

	if (opened == NULL)
		return -1;
	while (readdir(opened) != NULL)
		count++;
	closedir(opened);
	return count;
}

static int
mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int count = 0, character;

	if (maps == NULL)
		return 0;
	while ((character = fgetc(maps)) != EOF)
		count += character == '\n';
	fclose(maps);
	return count;
}

/* Opens, tells the path, closes.  The path is empty on failure, and then no opening was given. */
static carafe_status
try_open(const char *name, char path[4096])
{
	carafe_environment *opened = (carafe_environment *)path; /* anything but NULL */
	carafe_status status = carafe_environment_open(name, CARAFE_NO_JANITOR, &opened);

	path[0] = '\0';
	if (status != CARAFE_STATUS_SUCCESS) {
		if (opened != NULL)
			fail("a failing open gives NULL");
		return status;
	}
	snprintf(path, 4096, "%s", carafe_environment_path(opened));
	must(carafe_environment_close(opened), "carafe_environment_close");
	return status;
}

/* ---- names ---- */

static void
test_names(void)
{
	char path[4096], kept[4096];

	snprintf(kept, sizeof(kept), "%s", getenv("CARAFE_ENV"));
	is_str(carafe_environment_path(env), kept, "NULL names the folder in CARAFE_ENV");
	is_status(try_open(in_folder("other"), path), CARAFE_STATUS_SUCCESS,
		"a path names a folder");
	is_str(path, in_folder("other"), "that very one");
	is_status(try_open(in_folder("other///"), path), CARAFE_STATUS_SUCCESS,
		"slashes at its end do not matter");
	is_str(path, in_folder("other"), "and are not part of its path");

	setenv("XDG_RUNTIME_DIR", folder(), 1);
	is_status(try_open("plain-Name_1.x", path), CARAFE_STATUS_SUCCESS, "a plain name");
	is_str(path, in_folder("carafe/plain-Name_1.x"), "is in carafe/ in the runtime folder");
	unsetenv("CARAFE_ENV");
	is_status(try_open(NULL, path), CARAFE_STATUS_SUCCESS, "NULL without CARAFE_ENV");
	is_str(path, in_folder("carafe/default"), "is `default'");
	setenv("CARAFE_ENV", "", 1);
	is_status(try_open(NULL, path), CARAFE_STATUS_SUCCESS, "NULL with an empty CARAFE_ENV");
	is_str(path, in_folder("carafe/default"), "is `default', too");
	setenv("CARAFE_ENV", "chosen", 1);
	is_status(try_open(NULL, path), CARAFE_STATUS_SUCCESS, "NULL with a name in CARAFE_ENV");
	is_str(path, in_folder("carafe/chosen"), "is that name");
	setenv("CARAFE_ENV", "../chosen", 1);
	is_status(try_open(NULL, path), CARAFE_STATUS_OBJECT_NAME_INVALID,
		"a bad name in CARAFE_ENV is refused, not replaced");
	setenv("CARAFE_ENV", kept, 1);
}

static void
test_bad_names(void)
{
	static const char *const bad[] = { "", ".", "..", ".hidden", "a b", "a\nb", "a/b", "./a",
		"../a", "/", "//", "a\\b", "a:b", "\xc3\xa9", "a/" };
	char path[4096], longest[66];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_status(try_open(bad[i], path), CARAFE_STATUS_OBJECT_NAME_INVALID,
			"bad name %zu is refused", i);
	memset(longest, 'a', sizeof(longest));
	longest[65] = '\0';
	is_status(try_open(longest, path), CARAFE_STATUS_OBJECT_NAME_INVALID, "65 letters, too");
	longest[64] = '\0';
	is_status(try_open(longest, path), CARAFE_STATUS_SUCCESS, "64 are not too many");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	is_status(try_open(path, path), CARAFE_STATUS_OBJECT_PATH_INVALID,
		"a path that is too long");
}

/* ---- places ---- */

static void
test_places_that_are_refused(void)
{
	char path[4096];
	FILE *file;

	is_status(try_open(in_folder("no/such"), path), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
		"the parent must be there");
	ok(!is_there(in_folder("no")), "and is not made");

	file = fopen(in_folder("file"), "w");
	if (file == NULL || fclose(file) != 0)
		bail_out("cannot write a file");
	is_status(try_open(in_folder("file"), path), CARAFE_STATUS_ACCESS_DENIED,
		"a file is no folder");

	mkdir(in_folder("target"), 0700);
	(void)!symlink(in_folder("target"), in_folder("link"));
	is_status(try_open(in_folder("link"), path), CARAFE_STATUS_ACCESS_DENIED,
		"a symbolic link is not followed");
	is_int(entries(in_folder("target")), 0, "and nothing was made in its target");

	mkdir(in_folder("open"), 0700);
	chmod(in_folder("open"), 0777);
	is_status(try_open(in_folder("open"), path), CARAFE_STATUS_ACCESS_DENIED,
		"a folder that anybody can write is refused");
	is_int(entries(in_folder("open")), 0, "and nothing was made in it");
	chmod(in_folder("open"), 0770);
	is_status(try_open(in_folder("open"), path), CARAFE_STATUS_ACCESS_DENIED,
		"one that the group can write, too");

	mkdir(in_folder("used"), 0700);
	mkdir(in_folder("used/1"), 0700);
	is_status(try_open(in_folder("used"), path), CARAFE_STATUS_OBJECT_NAME_COLLISION,
		"a folder with other things in it is refused");
	is_int(entries(in_folder("used")), 1, "and left as it was");
}

/* An environment that was used, but for one file in it. */
static void
refuses_gate(const char *name, bool (*spoil)(const char *gate), const char *what)
{
	char path[4096], gate[4096];

	must(try_open(in_folder(name), path), "open");
	snprintf(gate, sizeof(gate), "%s/gate", in_folder(name));
	if (!spoil(gate)) {
		skip(2, "%s: %s", what, strerror(errno));
		return;
	}
	is_status(try_open(in_folder(name), path), CARAFE_STATUS_ACCESS_DENIED, "%s is refused",
		what);
	is_int(entries(in_folder(name)), 1, "and nothing was made beside it");
}

static bool
make_link(const char *gate)
{
	return unlink(gate) == 0 && symlink(in_folder("elsewhere"), gate) == 0;
}

static bool
make_folder(const char *gate)
{
	return unlink(gate) == 0 && mkdir(gate, 0700) == 0;
}

static bool
make_pipe(const char *gate)
{
	return unlink(gate) == 0 && mkfifo(gate, 0600) == 0;
}

static bool
let_others_write(const char *gate)
{
	return chmod(gate, 0622) == 0;
}

static bool
give_away(const char *gate)
{
	return chown(gate, 12345, 12345) == 0;
}

static void
test_files_that_are_refused(void)
{
	refuses_gate("gate0", make_link, "a symbolic link in place of a file");
	ok(!is_there(in_folder("elsewhere")), "and its target is not made");
	refuses_gate("gate1", make_folder, "a folder in place of a file");
	refuses_gate("gate2", make_pipe, "a pipe in place of a file");
	refuses_gate("gate3", let_others_write, "a file that others can write");
	refuses_gate("gate4", give_away, "a file of somebody else");
}

/* Exit status: address space is not limited here, whatever was asked for. */
#define NO_SUCH_LIMIT 77

static int
child_with_little_memory(void *argument)
{
	const struct rlimit little = { 64 << 20, RLIM_INFINITY };
	const struct rlimit plenty = { RLIM_INFINITY, RLIM_INFINITY };
	int before = entries("/proc/self/fd");
	carafe_environment *opened = env;
	struct rlimit set;

	(void)argument;
	if (setrlimit(RLIMIT_AS, &little) != 0 || getrlimit(RLIMIT_AS, &set) != 0)
		return 1;
	if (set.rlim_cur != little.rlim_cur)
		return NO_SUCH_LIMIT;
	if (carafe_environment_open(in_folder("little"), 0, &opened) != CARAFE_STATUS_NO_MEMORY ||
	    opened != NULL)
		return 2;
	/* Counting needs memory, too. */
	if (setrlimit(RLIMIT_AS, &plenty) != 0)
		return 1;
	return entries("/proc/self/fd") == before ? 0 : 3;
}

static void
test_little_memory(void)
{
	int result;

	if (getenv("CARAFE_SANITIZER") != NULL && getenv("CARAFE_SANITIZER")[0] != '\0') {
		skip(1, "a sanitizer needs all of the address space");
		return;
	}
	result = reap(spawn(child_with_little_memory, NULL));
	if (result == NO_SUCH_LIMIT)
		skip(1, "the limit of the address space that was set is not there");
	else
		is_int(result, 0,
			"too little address space: refused with a status, and no descriptor is lost");
}

static void
test_modes(void)
{
	carafe_environment *opened;
	struct stat status;
	mode_t mask = umask(0);

	must(carafe_environment_open(in_folder("modes"), CARAFE_NO_JANITOR, &opened), "open");
	umask(mask);
	ok(stat(in_folder("modes"), &status) == 0 && (status.st_mode & 0777) == 0700,
		"the folder is its user's alone, whatever the umask");
	must(carafe_environment_close(opened), "close");
}

/* As another user: what root may read is not refused by the file system, so Carafe must do so. */
static void
test_owners(void)
{
	char path[4096];

	if (geteuid() != 0) {
		skip(2, "only root can give a folder to somebody else");
		return;
	}
	mkdir(in_folder("foreign"), 0700);
	if (chown(in_folder("foreign"), 12345, 12345) != 0) {
		skip(2, "chown: %s", strerror(errno));
		return;
	}
	is_status(try_open(in_folder("foreign"), path), CARAFE_STATUS_ACCESS_DENIED,
		"somebody else's folder is refused, to root as well");
	is_int(entries(in_folder("foreign")), 0, "and nothing was made in it");
}

static int
child_without_rights(void *argument)
{
	char path[4096];

	(void)argument;
	if (geteuid() == 0 && setuid(12345) != 0)
		return 1;
	return try_open(in_folder("locked/inside"), path) == CARAFE_STATUS_ACCESS_DENIED ? 0 : 2;
}

static void
test_unwritable(void)
{
	mkdir(in_folder("locked"), 0500);
	is_int(reap(spawn(child_without_rights, NULL)), 0,
		"a folder that cannot be made gives a status");
	chmod(in_folder("locked"), 0700);
}

/* ---- several ---- */

static void
test_several_at_once(void)
{
	carafe_environment *opened[8];
	char name[32];

	for (int i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "several%d", i);
		is_status(carafe_environment_open(in_folder(name), CARAFE_NO_JANITOR, &opened[i]),
			CARAFE_STATUS_SUCCESS, "environment %d is open beside the others", i + 2);
	}
	opened[7] = env;
	is_status(carafe_environment_open(in_folder("ninth"), 0, &opened[7]),
		CARAFE_STATUS_INSUFFICIENT_RESOURCES, "a ninth is too many");
	ok(opened[7] == NULL, "and gives none");
	must(carafe_environment_close(opened[3]), "close");
	is_status(carafe_environment_open(in_folder("ninth"), 0, &opened[3]),
		CARAFE_STATUS_SUCCESS, "but not when another was closed");
	for (int i = 0; i < 7; i++)
		must(carafe_environment_close(opened[i]), "close");
}

static void
test_they_are_apart(void)
{
	carafe_environment *apart, *same;
	carafe_handle here, there;
	struct carafe_event_information information;
	uint32_t id, other_id;

	must(carafe_environment_open(in_folder("apart"), 0, &apart), "open");
	must(carafe_environment_open(NULL, 0, &same), "open");
	here = new_event(CARAFE_NOTIFICATION_EVENT, 1);
	is_status(carafe_event_query(apart, here, &information), CARAFE_STATUS_INVALID_HANDLE,
		"a handle is none in another environment");
	is_status(carafe_event_query(same, here, &information), CARAFE_STATUS_INVALID_HANDLE,
		"nor in another opening of the same");
	must(carafe_event_create(apart, CARAFE_GENERIC_ALL, 0, CARAFE_NOTIFICATION_EVENT, 0,
		     &there), "create");
	must(carafe_event_set(apart, there, NULL), "set");
	must(carafe_event_reset(env, here, NULL), "reset");
	must(carafe_event_query(apart, there, &information), "query");
	is_int(information.state, 1, "objects of two environments are two");
	must(carafe_thread_id(env, &id), "id");
	must(carafe_thread_id(same, &other_id), "id");
	ok(id != other_id, "a thread is another in another opening of the same environment");
	must(carafe_thread_alert(same, id), "alert");
	is_status(carafe_wait_one(env, here, 1, &now_or_never), CARAFE_STATUS_ALERTED,
		"but that reaches it there: it is the same environment");
	must(carafe_environment_close(same), "close");
	is_status(carafe_thread_alert(env, other_id), CARAFE_STATUS_INVALID_CID,
		"until it is closed");
	must(carafe_environment_close(apart), "close");
	must(carafe_close(env, here), "close");
}

/* ---- what is left ---- */

static void
test_nothing_is_left(void)
{
	char path[4096];
	int descriptors, maps;

	try_open(in_folder("again"), path);
	descriptors = entries("/proc/self/fd");
	maps = mappings();
	for (int i = 0; i < 200; i++) {
		if (try_open(in_folder("again"), path) != CARAFE_STATUS_SUCCESS)
			fail("opening for the %dth time", i);
	}
	is_int(entries("/proc/self/fd"), descriptors, "200 openings leave no descriptor");
	ok(mappings() <= maps + 2, "and no mapping");
	is_int(entries(in_folder("again")), 1, "and one file in the folder");
}

static int
child_leaves_by_kill(void *argument)
{
	carafe_environment *opened;
	carafe_handle handle;

	(void)argument;
	must(carafe_environment_open(in_folder("killed"), CARAFE_NO_JANITOR, &opened), "open");
	must(carafe_mutant_create(opened, CARAFE_GENERIC_ALL, 0, 1, &handle), "create");
	return raise(SIGKILL);
}

static void
test_made_anew(void)
{
	char path[4096];

	for (int i = 0; i < 20; i++)
		reap(spawn(child_leaves_by_kill, NULL));
	is_status(try_open(in_folder("killed"), path), CARAFE_STATUS_SUCCESS,
		"an environment whose users were all killed is made anew");
	is_int(entries(in_folder("killed")), 1, "and their memory is removed");
}

/* ---- descriptors ---- */

/* With so many descriptors allowed, opening works or says why not, and leaves none behind. */
static int
child_with_few_descriptors(void *argument)
{
	carafe_status last = CARAFE_STATUS_UNSUCCESSFUL;
	int refused = 0;
	char path[4096];

	(void)argument;
	must(carafe_environment_close(env), "close");
	for (rlim_t limit = 3; limit < 64; limit++) {
		const struct rlimit few = { limit, 4096 };
		const struct rlimit many = { 4096, 4096 };
		int before = entries("/proc/self/fd");

		setrlimit(RLIMIT_NOFILE, &few);
		last = try_open(in_folder("few"), path);
		setrlimit(RLIMIT_NOFILE, &many);
		if (entries("/proc/self/fd") != before)
			return 1;
		if (last == CARAFE_STATUS_TOO_MANY_OPENED_FILES)
			refused++;
		else if (last != CARAFE_STATUS_SUCCESS)
			return 2;
	}
	return refused > 0 && last == CARAFE_STATUS_SUCCESS ? 0 : 3;
}

static void
test_few_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < 4096) {
		skip(1, "the limit of descriptors is below 4096");
		return;
	}
	is_int(reap(spawn(child_with_few_descriptors, NULL)), 0,
		"too few descriptors: refused with a status, and none is lost");
}

/* ---- damaged ---- */

static atomic_int *ready;

static int
child_stays(void *name)
{
	carafe_environment *opened;

	must(carafe_environment_open(name, CARAFE_NO_JANITOR, &opened), "open");
	atomic_store(ready, 1);
	while (pause() != 0)
		;
	return 0;
}

/* The files of the folder and of its folders, one after the other. */
static int
damage(const char *path, int (*what)(const char *file, int which), int which)
{
	DIR *opened = opendir(path);
	struct dirent *entry;
	int done = 0;

	while (opened != NULL && (entry = readdir(opened)) != NULL) {
		char name[4096];
		struct stat status;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (lstat(name, &status) != 0)
			continue;
		if (S_ISDIR(status.st_mode))
			done += damage(name, what, which);
		else if (S_ISREG(status.st_mode))
			done += what(name, which);
	}
	if (opened != NULL)
		closedir(opened);
	return done;
}

/* Only the memory is large; the rest of an environment has no format that a build could mistake. */
static int
damage_memory(const char *file, int which)
{
	struct stat status;
	unsigned char byte;
	int opened, done = 0;

	if (stat(file, &status) != 0 || status.st_size < 1000000)
		return 0;
	if (which < 0)
		return truncate(file, status.st_size / 2) == 0;
	opened = open(file, O_RDWR);
	if (opened >= 0 && pread(opened, &byte, 1, which) == 1) {
		byte ^= 0x40;
		done = pwrite(opened, &byte, 1, which) == 1;
	}
	close(opened);
	return done;
}

/* One user is there, so the environment is neither made anew nor repaired, but refused. */
static void
test_damaged(int which, carafe_status want, const char *what)
{
	char name[32], path[4096], place[4096];
	pid_t child;

	if (which >= 0 && weakness(WEAK_FILE) != NULL) {
		skip(3, "%s: %s", what, weakness(WEAK_FILE));
		return;
	}
	snprintf(name, sizeof(name), "damaged%d", which);
	snprintf(place, sizeof(place), "%s", in_folder(name));
	atomic_store(ready, 0);
	child = spawn(child_stays, place);
	await_value(ready, 1);
	is_int(damage(place, damage_memory, which), 1, "the memory's file was found");
	is_status(try_open(place, path), want, "%s", what);
	kill(child, SIGKILL);
	reap(child);
	is_status(try_open(place, path), CARAFE_STATUS_SUCCESS,
		"when nobody uses it any more it is made anew");
}

int
main(void)
{
	begin();
	ready = shared_memory(sizeof(*ready));
	ok(carafe_backend() != NULL && carafe_backend()[0] != '\0', "the backend has a name: %s",
		carafe_backend());
	test_names();
	test_bad_names();
	test_places_that_are_refused();
	test_files_that_are_refused();
	test_little_memory();
	test_modes();
	test_owners();
	test_unwritable();
	test_several_at_once();
	test_they_are_apart();
	test_nothing_is_left();
	test_made_anew();
	test_few_descriptors();
	test_damaged(-1, CARAFE_STATUS_FILE_CORRUPT_ERROR, "one that is too short is refused");
	test_damaged(0, CARAFE_STATUS_REVISION_MISMATCH,
		"one with another magic number is refused");
	test_damaged(8, CARAFE_STATUS_REVISION_MISMATCH, "one with another format is refused");
	test_damaged(12, CARAFE_STATUS_REVISION_MISMATCH, "one with another layout is refused");
	test_damaged(16, CARAFE_STATUS_REVISION_MISMATCH,
		"one with another order of bytes is refused");
	return end();
}
