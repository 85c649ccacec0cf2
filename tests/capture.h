// A simulated run whose reports and errors are kept, not printed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

#include <trio/error.h>
#include <trio/run.h>
#include <trio/testing.h>

// For TEST_SEEDED and TEST_PLAIN:
//
//     struct capture capture;
//
//     capture_open(&capture);
//     CHECK_STATUS(capture_run(&capture, program, NULL), TRIO_EDEADLOCK);
//     CHECK(strstr(capture.text, "main") != NULL);
//     capture_close(&capture);
struct capture {
    struct trio_simulation simulation;
    struct trio_config config; // May be changed before the run.
    struct trio_error *error;  // What the run left, or NULL.
    struct trio_report report; // The platform's.
    size_t length;
    char text[64 * 1024]; // What was reported, a line each.
};

// Prepares a simulated run with the current seed.
void capture_open(struct capture *capture);

// Runs `fn(arg)` and returns what came of it.
TRIO_MUST_USE trio_status capture_run(struct capture *capture, trio_task_fn fn,
                                      void *arg);

// Frees what the run left.
void capture_close(struct capture *capture);

#endif // TESTS_CAPTURE_H
