// Lists, and what is a list of something: bytes, text, operations.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/rapidcheck/source.h"

#include <cstdio>
#include <cstring>
#include <memory>

#include <trio/run.h>

namespace trio_rc
{

std::vector<Value> values_of(const Items &items)
{
    std::vector<Value> values;

    values.reserve(items.size());
    for (const Item &item : items)
        values.push_back(item.value());
    return values;
}

// What is left over at last: two that only matter for each other, wherever they
// stand.
static rc::Seq<Items> remove_pairs(const Items &items)
{
    static constexpr size_t items_max = 32;
    size_t count = items.size() <= items_max ? items.size() : 0;

    return rc::seq::mapcat(rc::seq::range<size_t>(0, count), [=](size_t first) {
        return rc::seq::map(
            rc::seq::range<size_t>(first + 1, count), [=](size_t second) {
                Items left = items;
                left.erase(left.begin() + static_cast<std::ptrdiff_t>(second));
                left.erase(left.begin() + static_cast<std::ptrdiff_t>(first));
                return left;
            });
    });
}

rc::Seq<Items> shrink_items(const Items &items)
{
    return rc::seq::concat(
        rc::shrink::removeChunks(items),
        rc::shrink::eachElement(
            items, [](const Item &item) { return item.shrinks(); }),
        remove_pairs(items));
}

// How many there are to be in a case.
static size_t draw_count(rc::Random &random, size_t max, int size)
{
    return static_cast<size_t>(random.split().next() % (scale(max, size) + 1));
}

Draw draw_list(const Draw &item, size_t max,
               const std::function<Value(const std::vector<Value> &)> &join)
{
    return [=](const rc::Random &random, int size) {
        rc::Random rest(random);
        size_t count = draw_count(rest, max, size);
        Items items;

        items.reserve(count);
        while (items.size() < count)
            items.push_back(item(rest.split(), size));
        return rc::shrinkable::map(
            rc::shrinkable::shrinkRecur(items, &shrink_items),
            [=](const Items &drawn) { return join(values_of(drawn)); });
    };
}

Value join_items(const std::vector<Value> &values)
{
    Value all{"", "["};

    for (const Value &value : values) {
        all.bytes += value.bytes;
        all.words += (all.words.size() == 1 ? "" : "; ") + value.words;
    }
    all.words += "]";
    return all;
}

// ---- Bytes and text ----

static Value join_bytes(const std::vector<Value> &values)
{
    Value all{"", std::to_string(values.size()) +
                      (values.size() == 1 ? " byte" : " bytes")};

    for (const Value &value : values) {
        char hex[4];
        auto byte = static_cast<unsigned char>(number_of(value));
        snprintf(hex, sizeof(hex), " %02x", byte);
        all.bytes += static_cast<char>(byte);
        all.words += hex;
    }
    return all;
}

// The simplest first: it shrinks towards them.
static const char alphabet[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    " .,;:-_+*/=()[]{}<>!?\"'`^~#$%&@|\\";

static Value join_text(const std::vector<Value> &values)
{
    Value all{"", "\""};

    for (const Value &value : values) {
        char letter = alphabet[number_of(value)];
        all.bytes += letter;
        if (letter == '"' || letter == '\\')
            all.words += '\\';
        all.words += letter;
    }
    all.words += "\"";
    return all;
}

// ---- Operations ----

// Calls a machine, whose states are copied and thrown away.
class Machine
{
  public:
    Machine(const struct trio_rc_machine *functions, void *context)
        : machine(*functions), arg(context)
    {
    }

    // Aligned for anything.
    using State = std::shared_ptr<std::vector<uint64_t>>;

    State begin() const
    {
        auto state = std::make_shared<std::vector<uint64_t>>(
            machine.state_size / sizeof(uint64_t) + 1);
        if (machine.begin != nullptr)
            machine.begin(arg, state->data());
        return state;
    }

    // Does an operation if it is allowed; says whether it was.
    bool step(const State &state, const Value &value) const
    {
        std::vector<uint64_t> operation(
            machine.operation_size / sizeof(uint64_t) + 1);

        memcpy(operation.data(), value.bytes.data(), value.bytes.size());
        if (machine.allows != nullptr &&
            !machine.allows(arg, state->data(), operation.data()))
            return false;
        machine.next(arg, state->data(), operation.data());
        return true;
    }

    // Leaves out what is not allowed.
    Items repair(const Items &items) const
    {
        State state = begin();
        Items kept;

        for (const Item &item : items)
            if (step(state, item.value()))
                kept.push_back(item);
        return kept;
    }

    // What may come next in a state, which stays as it is.
    Draw next(Check *check, const State &state) const
    {
        auto seen = std::make_shared<std::vector<uint64_t>>(*state);
        Machine self = *this;

        return draw_by(check, machine.operation_size,
                       [=](trio_rc_source *source, void *operation) {
                           self.machine.draw(source, self.arg, seen->data(),
                                             operation);
                       });
    }

  private:
    struct trio_rc_machine machine;
    void *arg;
};

static constexpr int tries_max = 20;

static Items draw_operations(Check *check, const Machine &machine, size_t count,
                             rc::Random random, int size)
{
    Machine::State state = machine.begin();
    Items items;

    for (int tries = 0; items.size() < count && tries < tries_max; tries++) {
        Item item = machine.next(check, state)(random.split(), size);
        if (machine.step(state, item.value())) {
            items.push_back(item);
            tries = -1;
        }
    }
    return items;
}

} // namespace trio_rc

using namespace trio_rc;

size_t trio_rc_bytes(struct trio_rc_source *source, const char *name,
                     size_t max, void *ret_bytes)
{
    check_outside(source);
    Value value =
        source->pick(name, kind_of("bytes", max),
                     draw_list(draw_number(0, UINT8_MAX), max, join_bytes), 0);

    memcpy(ret_bytes, value.bytes.data(), value.bytes.size());
    return value.bytes.size();
}

size_t trio_rc_text(struct trio_rc_source *source, const char *name,
                    size_t size, char *ret_text)
{
    check_outside(source);
    if (size == 0)
        trio_misuse("a text has room for its final zero", source);
    Draw letter = draw_number(0, sizeof(alphabet) - 2);
    Value value = source->pick(name, kind_of("text", size),
                               draw_list(letter, size - 1, join_text), 0);
    memcpy(ret_text, value.bytes.c_str(), value.bytes.size() + 1);
    return value.bytes.size();
}

void trio_rc_record(struct trio_rc_source *source, const char *name,
                    size_t size, trio_rc_draw draw, void *arg, void *ret_item)
{
    check_outside(source);
    Value value =
        source->pick(name, kind_of(size, reinterpret_cast<void *>(draw), arg),
                     draw_by(source->check, size,
                             [=](trio_rc_source *inner, void *item) {
                                 draw(inner, arg, item);
                             }),
                     size);

    memcpy(ret_item, value.bytes.data(), size);
}

size_t trio_rc_list(struct trio_rc_source *source, const char *name,
                    size_t size, size_t max, trio_rc_draw draw, void *arg,
                    void *ret_items)
{
    check_outside(source);
    if (size == 0)
        trio_misuse("items of a list have a size", source);
    Draw item =
        draw_by(source->check, size, [=](trio_rc_source *inner, void *each) {
            draw(inner, arg, each);
        });
    Value value = source->pick(
        name, kind_of(size, max, reinterpret_cast<void *>(draw), arg),
        draw_list(item, max, join_items), 0);
    memcpy(ret_items, value.bytes.data(), value.bytes.size());
    return value.bytes.size() / size;
}

size_t trio_rc_operations(struct trio_rc_source *source, const char *name,
                          const struct trio_rc_machine *functions, size_t max,
                          void *arg, void *ret_operations)
{
    check_outside(source);
    Machine machine(functions, arg);
    Check *check = source->check;

    if (functions->operation_size == 0)
        trio_misuse("operations have a size", source);
    Draw draw = [=](const rc::Random &random, int size) {
        rc::Random rest(random);
        size_t count = draw_count(rest, max, size);
        return rc::shrinkable::map(
            rc::shrinkable::shrinkRecur(
                draw_operations(check, machine, count, rest, size),
                [=](const Items &items) {
                    return rc::seq::map(shrink_items(items),
                                        [=](const Items &smaller) {
                                            return machine.repair(smaller);
                                        });
                }),
            [](const Items &items) { return join_items(values_of(items)); });
    };
    Value value = source->pick(name, kind_of(max, functions, arg), draw, 0);
    memcpy(ret_operations, value.bytes.data(), value.bytes.size());
    return value.bytes.size() / functions->operation_size;
}
