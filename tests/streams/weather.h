// The stream contract in all weather.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_STREAMS_WEATHER_H
#define TESTS_STREAMS_WEATHER_H

#include <trio/stream_contract.h>

typedef trio_status (*contract_check)(trio_stream_maker make,
                                      trio_stream_maker make_clogged,
                                      void *arg);

// Checks a contract twice: while everything goes wrong that can, when any
// status will do, and in calm, when it has to be kept.
//
// The acts of a contract are tasks, and one that is cancelled alone finds what
// is not so: it is for scenarios without a cancel sweep.
TRIO_CHECKPOINT trio_status keep_in_all_weather(contract_check check,
                                                trio_stream_maker make,
                                                trio_stream_maker make_clogged,
                                                void *arg);

#endif // TESTS_STREAMS_WEATHER_H
