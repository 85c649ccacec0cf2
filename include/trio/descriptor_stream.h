// Descriptor streams: pipes, terminals, standard input and output as streams.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_DESCRIPTOR_STREAM_H
#define TRIO_DESCRIPTOR_STREAM_H

#include <trio/base.h>
#include <trio/message.h>
#include <trio/socket_stream.h>
#include <trio/status.h>
#include <trio/stream.h>

// A `trio_descriptor_stream` sends to a descriptor or receives from it, or
// both, as that was opened: one end of a pipe, a FIFO, a terminal, a socket
// that is given as standard input, a file. It is used through its first member:
//
//     struct trio_descriptor_stream input;
//     char buffer[100];
//     size_t length;
//
//     trio_status rc = trio_descriptor_stream_open(STDIN_FILENO, &input);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_receive_some(&input.stream, buffer, sizeof(buffer),
//                                   &length);
//     trio_ignore(trio_descriptor_stream_release(&input)); // It stays open.
//     return rc;
//
// On Windows a descriptor is a handle, as `GetStdHandle` returns one. There a
// pipe takes what is sent when there is room: what is on its way when it is
// closed or given back, or the run ends, still arrives, and the end of the run
// waits for that. Closing forcefully throws it away.
//
// A console there is two of them: a keyboard that is received from and a screen
// that is sent to, opened for reading and writing as those of `GetStdHandle`
// are. Text is UTF-8. What is typed comes as the modes of the console say, by
// lines that end with "\r\n" unless they say otherwise; Ctrl-Z where a line
// begins is TRIO_EEND, and whoever receives after that gets the next line.
// Ctrl-^ ends a piece of a line. Once somebody has received, what is typed is
// the stream's until it is closed or given back, or the run ends: what was not
// received until then is left for others who read, and is shown once more. A
// character that is sent in pieces is shown when it is whole.
//
// There is no half to close; who sends ends by closing. A pipe that nobody
// receives from is TRIO_EBROKEN, without a signal. Files never make a task
// wait, so they are read and written in threads (<trio/thread.h>). The caller
// owns the storage, which must not move. Not thread-safe: use it from its
// loop's thread only.
struct trio_descriptor_stream {
    union {
        struct trio_stream stream;
        struct trio_socket_stream over; // Private.
    };
};

TRIO_BEGIN_DECLS

// Makes a stream of a descriptor of the caller's, which is the stream's then.
// Unless it is a file it is made non-blocking until it is closed or given back,
// or the run ends, which whoever shares it sees: a terminal is shared with the
// parent, and standard output, and more. A process that is killed or stopped
// leaves it so: receive the signals that should not have that effect, as
// <trio/signal.h> does. Whether children inherit it stays as it is.
//
// Checkpoint: never.
// Returns: TRIO_OK          the caller closes the stream, not the descriptor.
//          TRIO_EBADHANDLE  it is not open. It stays the caller's, here as
//                           below.
//          TRIO_EBUSY       it is in use in this run already, or a task waits
//                           for it.
//          TRIO_ENOTSUP     it is a folder, or nothing that is read or written.
//                           On Windows also a pipe of which a completion port
//                           is told, as after an earlier call.
//          TRIO_EMFILE      too many open handles, for a keyboard.
//          TRIO_ENOMEM      out of memory.
TRIO_MUST_USE trio_status trio_descriptor_stream_open(
    trio_handle descriptor, struct trio_descriptor_stream *ret_stream);

// Gives the descriptor back, blocking if it was when the stream was made of it;
// the caller closes it. An end that trio_pipe_open made was not, and stays
// non-blocking. The stream is closed after that: tasks that use it get
// TRIO_ECLOSED. TRIO_HANDLE_NONE if it was closed. While a file is read or
// written this is misuse.
//
// Checkpoint: never.
TRIO_MUST_USE trio_handle
trio_descriptor_stream_release(struct trio_descriptor_stream *stream);

// Opens a pipe: what is sent into `ret_sender` is received from `ret_receiver`.
// Children inherit neither.
//
//     struct trio_descriptor_stream receiver, sender;
//
//     trio_status rc = trio_pipe_open(&receiver, &sender);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(&sender.stream, "hello", 5, NULL);
//     rc = trio_combine(rc, trio_stream_close(&sender.stream)); // the end
//     return trio_combine(rc, trio_stream_close(&receiver.stream));
//
// Checkpoint: never.
// Returns: TRIO_OK       the caller closes both.
//          TRIO_ENOTSUP  there are no pipes here.
//          TRIO_EMFILE   too many open handles.
//          TRIO_ENOMEM   out of memory.
TRIO_MUST_USE trio_status
trio_pipe_open(struct trio_descriptor_stream *ret_receiver,
               struct trio_descriptor_stream *ret_sender);

TRIO_END_DECLS

#endif // TRIO_DESCRIPTOR_STREAM_H
