// Numbers and choices.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/rapidcheck/source.h"

#include <algorithm>
#include <cstring>

#include <trio/run.h>

namespace trio_rc
{

// Ranges up to this are small enough to be drawn as a whole at once.
static constexpr uint64_t whole_max = 16;
static constexpr int size_full = 100;

size_t scale(size_t max, int size)
{
    size_t percent = static_cast<size_t>(std::min(size, size_full));

    if (max <= whole_max || percent == size_full)
        return max;
    return std::max<size_t>(whole_max,
                            max / size_full * percent +
                                max % size_full * percent / size_full);
}

std::string bytes_of(int64_t number)
{
    std::string bytes(sizeof(number), '\0');

    memcpy(&bytes[0], &number, sizeof(number));
    return bytes;
}

int64_t number_of(const Value &value)
{
    int64_t number = 0;

    memcpy(&number, value.bytes.data(), sizeof(number));
    return number;
}

// Distances are unsigned: from the least to the greatest number there is one
// that no int64_t has.
static uint64_t distance(int64_t from, int64_t to)
{
    return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
}

Draw draw_number(int64_t min, int64_t max)
{
    int64_t origin = std::min(std::max<int64_t>(0, min), max);

    return [=](const rc::Random &random, int size) {
        uint64_t below = scale(distance(min, origin), size);
        uint64_t above = scale(distance(origin, max), size);
        uint64_t drawn = rc::Random(random).next();
        uint64_t count = below + above + 1; // 0: all there are.

        if (count != 0)
            drawn %= count;
        auto number =
            static_cast<int64_t>(static_cast<uint64_t>(origin) - below + drawn);
        return rc::shrinkable::map(
            rc::shrinkable::shrinkRecur(number,
                                        [=](int64_t each) {
                                            return rc::shrink::towards<int64_t>(
                                                each, origin);
                                        }),
            [](int64_t each) {
                return Value{bytes_of(each), std::to_string(each)};
            });
    };
}

Draw draw_index(const std::vector<uint64_t> &weights,
                const std::vector<std::string> &names)
{
    uint64_t sum = 0;

    for (uint64_t weight : weights)
        sum += weight;
    return [=](const rc::Random &random, int) {
        uint64_t drawn = rc::Random(random).next() % sum;
        size_t index = 0;

        for (; drawn >= weights[index]; index++)
            drawn -= weights[index];
        return rc::shrinkable::map(
            rc::shrinkable::shrinkRecur(index,
                                        [=](size_t each) {
                                            return rc::shrink::towards<size_t>(
                                                each, 0);
                                        }),
            [=](size_t each) {
                return Value{bytes_of(static_cast<int64_t>(each)), names[each]};
            });
    };
}

} // namespace trio_rc

using namespace trio_rc;

int64_t trio_rc_int(struct trio_rc_source *source, const char *name,
                    int64_t min, int64_t max)
{
    check_outside(source);
    if (min > max)
        trio_misuse("a range has a least number and no smaller greatest one",
                    source);
    Value value = source->pick(name, kind_of(min, max), draw_number(min, max),
                               sizeof(int64_t));
    int64_t number = number_of(value);
    return source->broken ? min : number;
}

bool trio_rc_bool(struct trio_rc_source *source, const char *name)
{
    check_outside(source);
    return number_of(source->pick(name, kind_of("bool"),
                                  draw_index({1, 1}, {"no", "yes"}),
                                  sizeof(int64_t))) != 0;
}

size_t trio_rc_one_of(struct trio_rc_source *source, const char *name,
                      size_t count, const char *const *names)
{
    check_outside(source);
    if (count == 0)
        trio_misuse("a choice is among one or more", source);
    std::string kind = "one of";
    for (size_t i = 0; i < count; i++)
        kind += kind_of(names[i]);
    Draw draw = draw_index(std::vector<uint64_t>(count, 1),
                           std::vector<std::string>(names, names + count));
    return static_cast<size_t>(
        number_of(source->pick(name, kind, draw, sizeof(int64_t))));
}

size_t trio_rc_weighted(struct trio_rc_source *source, const char *name,
                        size_t count, const struct trio_rc_weight *choices)
{
    check_outside(source);
    std::vector<size_t> indices; // Of those with a weight: there are no others.
    std::vector<uint64_t> weights;
    std::vector<std::string> names;
    std::string kind = "weighted";

    for (size_t i = 0; i < count; i++) {
        kind += kind_of(choices[i].name, choices[i].weight);
        if (choices[i].weight == 0)
            continue;
        indices.push_back(i);
        weights.push_back(choices[i].weight);
        names.push_back(choices[i].name);
    }
    if (indices.empty())
        trio_misuse("a choice is among one or more with a weight", source);
    return indices[static_cast<size_t>(number_of(source->pick(
        name, kind, draw_index(weights, names), sizeof(int64_t))))];
}
