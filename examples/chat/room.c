// Each guest has a queue of lines that it is to hear, and two tasks: one reads
// what it says and puts that into the queues of the others, without ever
// waiting, and one sends it what is in its own. A queue that is full stays as
// it is; the line is counted, and what was missed is told as soon as there is
// room.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/chat/room.h"

#include <stdarg.h>
#include <stdio.h>

#include <trio/trio.h>

#include "examples/ends.h"

#define GRACE (1 * TRIO_SECOND) // For what a guest that goes has yet to hear.

struct line {
    size_t length;
    char text[CHAT_NAME_MAX + CHAT_LINE_MAX + 32];
};

struct chat_guest {
    struct chat_guest *next;
    struct trio_stream *stream;
    char name[CHAT_NAME_MAX + 1];
    size_t missed; // Lines since the last that found room.
    struct trio_channel queue;
    struct trio_sender sender;
    struct trio_receiver receiver;
    struct line lines[CHAT_QUEUE_MAX];
};

// ---- Hearing ----

TRIO_PRINTF(1, 2)
static struct line make_line(const char *format, ...)
{
    struct line line;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line.text, sizeof(line.text), format, arguments);
    va_end(arguments);
    TRIO_ASSERT(length >= 0 && (size_t)length < sizeof(line.text));
    line.length = (size_t)length;
    return line;
}

static bool put(struct chat_guest *guest, const struct line *line)
{
    return trio_channel_send_nowait(&guest->sender, line) == TRIO_OK;
}

// Has a guest hear a line, or miss it.
static void tell(struct chat_guest *guest, const struct line *line)
{
    if (guest->missed > 0) {
        struct line gap = make_line("* you missed %zu lines\n", guest->missed);
        if (put(guest, &gap))
            guest->missed = 0;
    }
    if (guest->missed > 0 || !put(guest, line))
        guest->missed++;
}

static void tell_others(struct chat_room *room, const struct chat_guest *guest,
                        const struct line *line)
{
    for (struct chat_guest *other = room->guests; other != NULL;
         other = other->next)
        if (other != guest)
            tell(other, line);
}

// Sends a guest all that it is to hear, until nothing more will come.
static TRIO_CHECKPOINT trio_status send_lines(void *arg)
{
    struct chat_guest *guest = arg;
    struct line line;
    trio_status rc;

    while ((rc = trio_channel_receive(&guest->receiver, &line)) == TRIO_OK) {
        rc = trio_stream_send_all(guest->stream, line.text, line.length, NULL);
        if (rc != TRIO_OK)
            break;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

// ---- Saying ----

// Letters that would confuse a terminal are not passed on.
static void clean(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
            text[i] = '?';
}

static TRIO_CHECKPOINT trio_status ask_name(struct chat_guest *guest,
                                            struct trio_reader *reader)
{
    struct line hello = make_line("* your name?\n");
    char *text;
    size_t length;
    trio_status rc;

    do {
        tell(guest, &hello);
        rc = trio_reader_read_line(reader, &text, &length);
    } while (rc == TRIO_OK && length == 0);
    if (rc != TRIO_OK)
        return rc;
    if (length > CHAT_NAME_MAX)
        return TRIO_EMSGSIZE;
    clean(text, length);
    snprintf(guest->name, sizeof(guest->name), "%.*s", (int)length, text);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status read_name(struct chat_guest *guest,
                                             struct trio_reader *reader)
{
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, CHAT_NAME_LIMIT);
    trio_status rc = ask_name(guest, reader);
    return trio_cancel_scope_close(&limit, rc);
}

static TRIO_CHECKPOINT trio_status pass_on(struct chat_room *room,
                                           const struct chat_guest *guest,
                                           struct trio_reader *reader)
{
    char *text;
    size_t length;
    trio_status rc;

    while ((rc = trio_reader_read_line(reader, &text, &length)) == TRIO_OK) {
        clean(text, length);
        struct line line =
            make_line("%s: %.*s\n", guest->name, (int)length, text);
        tell_others(room, guest, &line);
    }
    return rc;
}

static void leave(struct chat_room *room, struct chat_guest *guest)
{
    struct chat_guest **link = &room->guests;
    struct line line = make_line("* %s has gone\n", guest->name);

    while (*link != guest)
        link = &(*link)->next;
    *link = guest->next;
    tell_others(room, guest, &line);
}

static TRIO_CHECKPOINT trio_status talk(struct chat_room *room,
                                        struct chat_guest *guest)
{
    char buffer[CHAT_LINE_MAX];
    struct trio_reader reader;
    struct line line;

    trio_reader_init(&reader, guest->stream, buffer, sizeof(buffer));
    trio_status rc = read_name(guest, &reader);
    if (rc == TRIO_OK) {
        line = make_line("* %s is here\n", guest->name);
        guest->next = room->guests;
        room->guests = guest;
        tell_others(room, guest, &line);
        rc = pass_on(room, guest, &reader);
        leave(room, guest);
    }
    if (rc == TRIO_EMSGSIZE) {
        line = make_line("* that is too long\n");
        tell(guest, &line);
    }
    return rc;
}

trio_status chat_serve_guest(struct trio_stream *stream, void *room)
{
    static const struct trio_task_options options = {.name = "sender"};
    struct chat_guest guest = {.stream = stream};
    struct trio_nursery nursery;

    trio_channel_open(&guest.queue, sizeof(struct line), guest.lines,
                      CHAT_QUEUE_MAX, &guest.sender, &guest.receiver);
    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &options, send_lines, &guest);
    if (rc == TRIO_OK)
        rc = ends_as_ok(talk(room, &guest));
    trio_sender_close(&guest.sender); // It hears the rest, and no more.
    trio_cancel_scope_extend_after(trio_nursery_cancel_scope(&nursery), GRACE);
    rc = trio_nursery_close(&nursery, rc);
    trio_receiver_close(&guest.receiver);
    return ends_as_ok(rc);
}
