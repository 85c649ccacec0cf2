// A page is text up to a "<", then a tag up to a ">", and so on. The reader's
// buffer is the longest tag; what is longer, tag or text, is dropped by the
// bufferful.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/crawl/links.h"

#include <string.h>
#include <strings.h>

#include <trio/reader.h>

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

static char *skip_blanks(char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

// Puts "&" in place of "&amp;".
static void unescape(char *text)
{
    while ((text = strstr(text, "&amp;")) != NULL) {
        text++;
        memmove(text, text + 4, strlen(text + 4) + 1);
    }
}

// An attribute: name="value", name='value', name=value or name.
struct attribute {
    const char *name;
    size_t name_length;
    char *value;
};

// Takes the attribute that begins at `at` and ends its value with a zero;
// returns where the next one begins, NULL if that was the last.
static char *take_attribute(char *at, struct attribute *ret_attribute)
{
    char *end;

    ret_attribute->name = at;
    ret_attribute->name_length = strcspn(at, "= \t\r\n");
    at = skip_blanks(at + ret_attribute->name_length);
    ret_attribute->value = NULL;
    if (*at != '=')
        return *at != '\0' && at > ret_attribute->name ? at : NULL;
    at = skip_blanks(at + 1);
    if (*at == '"' || *at == '\'') {
        end = strchr(at + 1, *at);
        at++;
    } else {
        end = at + strcspn(at, " \t\r\n");
    }
    ret_attribute->value = at;
    if (end == NULL || *end == '\0')
        return NULL;
    *end = '\0';
    return skip_blanks(end + 1);
}

// Tells of the link in a tag, if it has one.
static void take_tag(char *tag, size_t length,
                     void (*fn)(const char *reference, void *arg), void *arg)
{
    struct attribute attribute;
    char *at;

    tag[length] = '\0'; // Where its end was.
    if ((tag[0] | 0x20) != 'a' || !is_blank(tag[1]))
        return;
    for (at = skip_blanks(tag + 1); at != NULL && *at != '\0';) {
        at = take_attribute(at, &attribute);
        if (attribute.value == NULL || attribute.name_length != 4 ||
            strncasecmp(attribute.name, "href", 4) != 0)
            continue;
        unescape(attribute.value);
        fn(attribute.value, arg);
        return;
    }
}

// Says whether a call failed for a full buffer; the stream may have said the
// same of something else.
static bool is_full(const struct trio_reader *reader, trio_status rc)
{
    return rc == TRIO_EMSGSIZE && trio_reader_held(reader) == LINKS_TAG_MAX;
}

// Takes all that is there, so that there is room for more.
static TRIO_CHECKPOINT trio_status drop(struct trio_reader *reader)
{
    char *data;
    return trio_reader_read(reader, trio_reader_held(reader), &data);
}

// Takes what comes before a delimiter, and that, too, however much it is.
static TRIO_CHECKPOINT trio_status skip_past(struct trio_reader *reader,
                                             char delimiter)
{
    char *data;
    size_t length;
    trio_status rc = trio_reader_read_until(reader, delimiter, &data, &length);

    while (is_full(reader, rc)) {
        rc = drop(reader);
        if (rc == TRIO_OK)
            rc = trio_reader_read_until(reader, delimiter, &data, &length);
    }
    return rc;
}

trio_status links_read(struct trio_stream *page,
                       void (*fn)(const char *reference, void *arg), void *arg)
{
    char buffer[LINKS_TAG_MAX], *tag;
    struct trio_reader reader;
    size_t length;
    trio_status rc;

    trio_reader_init(&reader, page, buffer, sizeof(buffer));
    while ((rc = skip_past(&reader, '<')) == TRIO_OK) {
        rc = trio_reader_read_until(&reader, '>', &tag, &length);
        if (rc == TRIO_OK)
            take_tag(tag, length, fn, arg);
        else if (is_full(&reader, rc))
            rc = skip_past(&reader, '>');
        if (rc != TRIO_OK)
            break;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}
