// The same cases as tests of cmocka: link this file in place of the runner's
// own main. Every case becomes one cmocka test, with all its seeds.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/check.h"

static void run_case(void **state)
{
    const struct check_case *item = *state;

    assert_true(check_run_case(item));
}

static size_t count_cases(void)
{
    size_t count = 0;

    for (struct check_case *item = check_first(); item; item = item->next)
        count++;
    return count;
}

int main(void)
{
    size_t count = count_cases();
    struct CMUnitTest *tests = calloc(count, sizeof(*tests));
    size_t i = 0;

    if (tests == NULL)
        return 1;
    for (struct check_case *item = check_first(); item; item = item->next) {
        tests[i].name = item->name;
        tests[i].test_func = run_case;
        tests[i].initial_state = item;
        i++;
    }
    int result = _cmocka_run_group_tests("trio", tests, count, NULL, NULL);
    free(tests);
    return result == 0 ? 0 : 1;
}
