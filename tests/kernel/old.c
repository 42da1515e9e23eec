/* SPDX-License-Identifier: MIT */
/*
 * old.c - `old ENOSYS|EPERM|SIGSYS PROGRAM [ARGUMENT]...' runs a program as on a kernel that is
 * old, or in a strict sandbox: calls that came after Linux 4.4 are answered in the way that is named.
 *
 * ENOSYS is what a kernel says that does not know them, and what the C library reckons with.  EPERM
 * is what sandboxes say, and SIGSYS is how Android's filter answers, which also knows no System V
 * IPC; both answer so only the calls that Carafe makes itself, or could.  The C library's own get
 * ENOSYS then, for it takes EPERM at its word, and bionic does not make them.
 *
 * What happens if the test dies here: the filter ends with the program.
 */
#include <config.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_RET_ERRNO
#define SECCOMP_RET_ERRNO 0x00050000u
#endif

/* The numbers that are the same on all architectures but Alpha, for headers that lack the names. */
static const uint32_t own[] = {
	424, /* pidfd_send_signal, 5.1 */
	425, /* io_uring_setup, 5.1 */
	434, /* pidfd_open, 5.3 */
	437, /* openat2, 5.6 */
	438, /* pidfd_getfd, 5.6 */
	449, /* futex_waitv, 5.16 */
	454, /* futex_wake, 6.7 */
	455, /* futex_wait, 6.7 */
#ifdef SYS_futex_time64
	SYS_futex_time64, /* 5.1 */
#endif
#ifdef SYS_memfd_create
	SYS_memfd_create, /* 3.17 */
#endif
#ifdef SYS_membarrier
	SYS_membarrier, /* 4.3 */
#endif
#ifdef SYS_shmget
	SYS_shmget, /* System V IPC, which Android has not */
	SYS_shmat,
#endif
#ifdef SYS_semget
	SYS_semget,
#endif
#ifdef SYS_msgget
	SYS_msgget,
#endif
};

static const uint32_t libc_too[] = {
#ifdef SYS_statx
	SYS_statx, /* 4.11 */
#endif
#ifdef SYS_renameat2
	SYS_renameat2, /* 3.15 */
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64, /* 5.1, and so the rest of these */
	SYS_clock_nanosleep_time64,
	SYS_ppoll_time64,
	SYS_rt_sigtimedwait_time64,
#endif
#ifdef SYS_rseq
	SYS_rseq, /* 4.18 */
#endif
	435, /* clone3, 5.3 */
	436, /* close_range, 5.9 */
	452  /* fchmodat2, 6.6 */
};

/* EPERM, too, where it is what is said: libraries ask it for faccessat(), which came with 5.8. */
#define FACCESSAT2 439

#define OWN (sizeof(own) / sizeof(own[0]))
#define TOO (sizeof(libc_too) / sizeof(libc_too[0]))

struct filter {
	struct sock_filter code[2 * (OWN + TOO + 1) + 2];
	unsigned short length;
};

static void add(struct filter *filter, uint32_t number, uint32_t answer)
{
	filter->code[filter->length++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	filter->code[filter->length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
}

static void refuse(uint32_t answer)
{
	struct filter filter = { .length = 0 };
	struct sock_fprog program = { .filter = filter.code };

	filter.code[filter.length++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < OWN; i++)
		add(&filter, own[i], answer);
	for (size_t i = 0; i < TOO; i++)
		add(&filter, libc_too[i], SECCOMP_RET_ERRNO | ENOSYS);
	add(&filter, FACCESSAT2, answer == SECCOMP_RET_TRAP ? SECCOMP_RET_ERRNO | ENOSYS : answer);
	filter.code[filter.length++] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = filter.length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		perror("old: no filter can be set here");
		_exit(77);
	}
}

/* Makes the call in a child: the error that it got, or minus the signal that ended it. */
static int outcome(uint32_t number)
{
	const struct rlimit no_core = { 0, 0 };
	int status;
	pid_t child = fork();

	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &no_core);
		errno = 0;
		(void)syscall((long)number, -1l, 0l, 0l, 0l, 0l, 0l);
		_exit(errno);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int is_refused(int expected)
{
	for (size_t i = 0; i < OWN; i++) {
		if (outcome(own[i]) != expected)
			return 0;
	}
	return 1;
}

static const struct {
	const char *name;
	uint32_t answer;
	int outcome;
} kinds[] = {
	{ "ENOSYS", SECCOMP_RET_ERRNO | ENOSYS, ENOSYS },
	{ "EPERM", SECCOMP_RET_ERRNO | EPERM, EPERM },
	{ "SIGSYS", SECCOMP_RET_TRAP, -SIGSYS },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		refuse(kinds[i].answer);
		if (!is_refused(kinds[i].outcome)) {
			fputs("old: the filter does not filter\n", stderr);
			return 1;
		}
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		return 127;
	}
	fputs("usage: old ENOSYS|EPERM|SIGSYS PROGRAM [ARGUMENT]...\n", stderr);
	return 2;
}
