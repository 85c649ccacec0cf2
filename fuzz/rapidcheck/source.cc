// Above a function in C there is always rapidcheck, and below it, too. So no
// exception may pass one: what is thrown below is kept in the source that the
// function was given, and thrown again when it has returned.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/rapidcheck/source.h"

#include <cstdio>
#include <cstring>

#include <trio/run.h>

namespace trio_rc
{

void showValue(const Value &value, std::ostream &stream)
{
    stream << value.words;
}

std::string format_text(const char *format, va_list arguments)
{
    char text[1024];

    vsnprintf(text, sizeof(text), format, arguments);
    return text;
}

void check_outside(const trio_rc_source *source)
{
    if (trio_in_run())
        trio_misuse("a case is drawn before its run begins", source);
}

Check::~Check()
{
    trio_campaign_free(campaign);
}

} // namespace trio_rc

trio_rc::Value trio_rc_source::pick(const char *name, const std::string &kind,
                                    const trio_rc::Draw &draw, size_t size)
{
    trio_rc::Value value{std::string(size, '\0'), ""};

    try {
        if (!broken)
            value = *draw.as(outermost ? name : name + kind);
        if (!outermost)
            words += (words.empty() ? "" : ", ") + std::string(name) + " " +
                     value.words;
    } catch (...) {
        broken = std::current_exception();
    }
    return value;
}

// ---- What came of a case ----

bool trio_rc_fail(struct trio_rc_source *source, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (!source->failed)
        source->failure = trio_rc::format_text(format, arguments);
    va_end(arguments);
    source->failed = true;
    return false;
}

bool trio_rc_discard(struct trio_rc_source *source)
{
    source->discarded = true;
    return false;
}

static void add_tag(const std::string &tag)
{
    using namespace rc::detail;

    ImplicitParam<param::CurrentPropertyContext>::value()->addTag(tag);
}

void trio_rc_classify(struct trio_rc_source *source, bool condition,
                      const char *tag)
{
    (void)source;
    if (condition)
        add_tag(tag);
}

void trio_rc_tag(struct trio_rc_source *source, const char *format, ...)
{
    va_list arguments;

    (void)source;
    va_start(arguments, format);
    add_tag(trio_rc::format_text(format, arguments));
    va_end(arguments);
}

void trio_rc_cover(struct trio_rc_source *source, unsigned percent,
                   bool condition, const char *tag)
{
    source->check->demands[tag] = percent;
    trio_rc_classify(source, condition, tag);
}

void trio_rc_say(struct trio_rc_source *source, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    std::string text = trio_rc::format_text(format, arguments);
    va_end(arguments);
    if (source->outermost)
        source->said += "  " + text + "\n";
    else
        source->said = text;
}
