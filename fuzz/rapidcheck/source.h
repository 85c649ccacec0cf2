// What the parts of the C face share: drawn values, and where they come from.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_RAPIDCHECK_SOURCE_H
#define FUZZ_RAPIDCHECK_SOURCE_H

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include <trio/campaign.h>
#include <trio/rapidcheck.h>

namespace trio_rc
{

// Something drawn: as bytes for the program, in words for the report.
struct Value {
    std::string bytes;
    std::string words;
};

// For rapidcheck, which prints what a case has drawn.
void showValue(const Value &value, std::ostream &stream);

using Draw = rc::Gen<Value>;
using Item = rc::Shrinkable<Value>;
using Items = std::vector<Item>;

// What all cases of one check share.
struct Check {
    std::map<std::string, unsigned> demands;  // Per cent, by tag.
    struct trio_campaign *campaign = nullptr; // Once one was needed.
    bool simulated = false;
    bool last = false; // This case is the shrunk one.

    Check() = default;
    Check(const Check &) = delete;
    Check &operator=(const Check &) = delete;
    ~Check();
};

// Formats like vprintf.
std::string format_text(const char *format, va_list arguments);

// Draws `size` bytes by `fill`, which is a function in C; what is drawn in it
// makes up the value.
Draw draw_by(Check *check, size_t size,
             const std::function<void(trio_rc_source *, void *)> &fill);

// Draws a list of up to `max` items and puts them together by `join`.
Draw draw_list(const Draw &item, size_t max,
               const std::function<Value(const std::vector<Value> &)> &join);

// Puts bytes together as they are, and words as "[a; b]".
Value join_items(const std::vector<Value> &values);

// The values of a list.
std::vector<Value> values_of(const Items &items);

// Those of which items were left out, and those of which one is smaller.
rc::Seq<Items> shrink_items(const Items &items);

// How many of `max` a case of this size has at most.
size_t scale(size_t max, int size);

// Draws one of the indices from 0 by their weights.
Draw draw_index(const std::vector<uint64_t> &weights,
                const std::vector<std::string> &names);

// Draws a number from `min` to `max`; `bytes` is an int64_t.
Draw draw_number(int64_t min, int64_t max);

// The number in such a value.
int64_t number_of(const Value &value);

// The bytes of a number.
std::string bytes_of(int64_t number);

// Tells kinds of values apart: what they are drawn from.
template <typename... Parts> std::string kind_of(Parts... parts)
{
    std::ostringstream text;

    ((text << ':' << parts), ...);
    return text.str();
}

// Stops where nothing may be drawn. Comes first: a run that stops frees nothing
// of what C++ has.
void check_outside(const trio_rc_source *source);

} // namespace trio_rc

// Of the property itself, or of a function that draws an item of it.
struct trio_rc_source {
    trio_rc::Check *check;
    bool outermost;
    std::string words{};   // Of what was drawn, in a function that draws.
    std::string said{};    // By trio_rc_say.
    std::string failure{}; // Why the case failed.
    bool failed = false;
    bool discarded = false;
    std::exception_ptr broken{}; // What went wrong in rapidcheck.

    // Draws a value; no exception leaves it. A value that cannot be had is
    // `size` zeros. `kind` says which values there are: while an item shrinks,
    // a part of it is kept where the same kind is drawn under the same name.
    trio_rc::Value pick(const char *name, const std::string &kind,
                        const trio_rc::Draw &draw, size_t size);
};

#endif // FUZZ_RAPIDCHECK_SOURCE_H
