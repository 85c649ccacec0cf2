// Lists the cases, or runs one, which must not come back.
//
//     misuse              their names
//     misuse CASE         exits with 0 if it returned after all
//
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include "tests/misuse/misuse.h"

static struct misuse *first;

void misuse_register(struct misuse *item)
{
    item->next = first;
    first = item;
}

int main(int argc, char **argv)
{
    for (struct misuse *item = first; item != NULL; item = item->next) {
        if (argc < 2) {
            puts(item->name);
        } else if (strcmp(item->name, argv[1]) == 0) {
            if (item->outside != NULL)
                item->outside();
            else
                trio_ignore(trio_run(item->inside, NULL));
            return 0;
        }
    }
    return argc < 2 ? 0 : 2;
}
