// Trio for C: structured concurrency, cancellation and asynchronous I/O.
// SPDX-License-Identifier: MIT OR Apache-2.0

// In C++, a type that has the name of a function, such as trio_select,
// trio_realm_pause or trio_event_statistics, needs the word `struct` as in C.

#ifndef TRIO_TRIO_H
#define TRIO_TRIO_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/cancel_scope.h>
#include <trio/capacity_limiter.h>
#include <trio/channel.h>
#include <trio/condition.h>
#include <trio/descriptor_stream.h>
#include <trio/entry.h>
#include <trio/error.h>
#include <trio/event.h>
#include <trio/file.h>
#include <trio/gather.h>
#include <trio/io.h>
#include <trio/listener.h>
#include <trio/local.h>
#include <trio/lock.h>
#include <trio/message.h>
#include <trio/nursery.h>
#include <trio/parking_lot.h>
#include <trio/probe.h>
#include <trio/queue.h>
#include <trio/race.h>
#include <trio/random.h>
#include <trio/reader.h>
#include <trio/resolve.h>
#include <trio/run.h>
#include <trio/select.h>
#include <trio/semaphore.h>
#include <trio/serve.h>
#include <trio/signal.h>
#include <trio/socket.h>
#include <trio/socket_listener.h>
#include <trio/socket_stream.h>
#include <trio/stapled_stream.h>
#include <trio/status.h>
#include <trio/stream.h>
#include <trio/task.h>
#include <trio/tcp.h>
#include <trio/tcp_open.h>
#include <trio/thread.h>
#include <trio/time.h>
#include <trio/writer.h>

#endif // TRIO_TRIO_H
