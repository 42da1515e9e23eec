/* SPDX-License-Identifier: MIT */
/*
 * tools/linux/program.c - what an executable file is: whether the dynamic loader will read
 * LD_PRELOAD for it.
 *
 * The file may change between this look and its execution; then the answer is out of date, which
 * only costs or saves a warning.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/system.h"

#if UINTPTR_MAX > 0xffffffffu
#define OUR_CLASS ELFCLASS64
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#else
#define OUR_CLASS ELFCLASS32
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#endif

bool system_program(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size);

	if (length < 0 || (size_t)length >= size)
		return false;
	path[length] = '\0';
	return true;
}

static bool read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
	return offset <= INT64_MAX && pread(fd, buffer, size, (off_t)offset) == (ssize_t)size;
}

static bool has_interpreter(int fd, const elf_header *header)
{
	elf_segment segment;

	for (unsigned i = 0; i < header->e_phnum; i++) {
		uint64_t offset = header->e_phoff + (uint64_t)i * header->e_phentsize;

		if (!read_at(fd, &segment, sizeof(segment), offset))
			return true; /* not to be judged: say nothing */
		if (segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}

static const char *judge(int fd, bool both)
{
	elf_header header;

	if (!read_at(fd, &header, sizeof(header), 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return NULL; /* a script: its interpreter is another program */
	if (header.e_ident[EI_CLASS] != OUR_CLASS && both)
		return NULL;
	if (header.e_ident[EI_CLASS] != OUR_CLASS)
		return OUR_CLASS == ELFCLASS64 ? "it is a 32-bit program and this carafe is 64-bit"
					       : "it is a 64-bit program and this carafe is 32-bit";
	if (!has_interpreter(fd, &header))
		return "it is linked statically";
	return NULL;
}

static const char *judge_rights(int fd)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return NULL;
	if ((info.st_mode & S_ISUID) != 0 && info.st_uid != getuid())
		return "it is set-user-ID";
	if ((info.st_mode & S_ISGID) != 0 && info.st_gid != getgid())
		return "it is set-group-ID";
	return NULL;
}

const char *system_unserved(const char *path, bool both)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *reason;

	if (fd < 0)
		return NULL;
	reason = judge_rights(fd);
	if (reason == NULL)
		reason = judge(fd, both);
	close(fd);
	return reason;
}
