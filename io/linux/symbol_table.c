// A program's file has a table of all of its functions, unless it was stripped.
// No loader reads it; so it is mapped here, and searched from end to end. This
// is for the few places of a report.
//
// The file may have been changed since it was loaded: nothing in it is believed
// that leads out of the mapping.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/symbols.h"

struct file {
    const char *bytes;
    size_t size;
};

static bool map(const char *path, struct file *ret_file)
{
    struct stat about;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (descriptor < 0)
        return false;
    void *bytes = MAP_FAILED;
    if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) &&
        about.st_size > 0)
        bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE,
                     descriptor, 0);
    close(descriptor);
    if (bytes == MAP_FAILED)
        return false;
    *ret_file = (struct file){bytes, (size_t)about.st_size};
    return true;
}

// Returns `count` items of a file, or NULL if they are not all there.
static const void *items(const struct file *file, size_t offset, size_t count,
                         size_t size)
{
    if (offset > file->size || count > (file->size - offset) / size)
        return NULL;
    return file->bytes + offset;
}

static bool search(const struct file *file, const ElfW(Shdr) * table,
                   const ElfW(Shdr) * texts, struct trio_symbol_ *symbol,
                   char *buffer, size_t size)
{
    size_t count = table->sh_size / sizeof(ElfW(Sym));
    const ElfW(Sym) *all =
        items(file, table->sh_offset, count, sizeof(ElfW(Sym)));
    const char *names = items(file, texts->sh_offset, texts->sh_size, 1);

    if (all == NULL || names == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const ElfW(Sym) *one = &all[i];
        uintptr_t distance = symbol->offset - one->st_value;
        if (ELF64_ST_TYPE(one->st_info) != STT_FUNC ||
            one->st_shndx == SHN_UNDEF || distance >= one->st_size ||
            one->st_name >= texts->sh_size)
            continue;
        size_t room = texts->sh_size - one->st_name;
        snprintf(buffer, size, "%.*s", (int)(room < size ? room : size),
                 names + one->st_name);
        symbol->distance = distance;
        return true;
    }
    return false;
}

static bool search_file(const struct file *file, struct trio_symbol_ *symbol,
                        char *buffer, size_t size)
{
    const ElfW(Ehdr) *head = items(file, 0, 1, sizeof(*head));
    if (head == NULL || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    const ElfW(Shdr) *parts =
        items(file, head->e_shoff, head->e_shnum, sizeof(*parts));
    if (parts == NULL)
        return false;
    for (size_t i = 0; i < head->e_shnum; i++)
        if (parts[i].sh_type == SHT_SYMTAB && parts[i].sh_link < head->e_shnum)
            return search(file, &parts[i], &parts[parts[i].sh_link], symbol,
                          buffer, size);
    return false;
}

bool trio_symbol_read_(struct trio_symbol_ *symbol, char *buffer, size_t size)
{
    // How the program was called need not lead to it.
    bool is_program = strcmp(symbol->path, program_invocation_name) == 0;
    struct file file;

    if (!map(is_program ? "/proc/self/exe" : symbol->path, &file))
        return false;
    bool found = search_file(&file, symbol, buffer, size);
    munmap((void *)(uintptr_t)file.bytes, file.size);
    return found;
}
