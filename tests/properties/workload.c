// Workloads: drawn so that the model allows them, told in words.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/properties/stage.h"

#include <stdio.h>
#include <stdlib.h>

#include <trio/campaign.h>
#include <trio/scenario.h>

enum { VERBS_MAX = 12 };

static void begin(void *arg, void *state)
{
    script_begin(state, arg);
}

static unsigned char draw_verb(struct trio_rc_source *source,
                               const struct primitive *primitive)
{
    struct trio_rc_weight choices[VERBS_MAX] = {{NULL, 0}};
    size_t count = primitive->verb_count + ACT_OWN;

    TRIO_ASSERT(count <= VERBS_MAX);
    // Its own come first: what is shrunk has as few others as possible.
    for (size_t i = 0; i < count; i++) {
        unsigned char verb = (unsigned char)((i + ACT_OWN) % count);
        const struct verb *chosen = stage_verb(primitive, verb);
        choices[i].name = chosen->name;
        choices[i].weight = chosen->weight != 0 ? chosen->weight : 1;
    }
    return (unsigned char)((trio_rc_weighted(source, "verb", count, choices) +
                            ACT_OWN) %
                           count);
}

static void tell(struct trio_rc_source *source, const struct verb *verb,
                 const struct act *act)
{
    char value[16] = "";
    char limit[32] = "";

    if (verb->value != 0)
        snprintf(value, sizeof(value), " %u", act->value);
    if (act->limit != 0)
        snprintf(limit, sizeof(limit), " for %u s", act->limit);
    if (verb->at_once && act->verb != ACT_CANCEL)
        trio_rc_say(source, "%s%s%s", verb->name, value,
                    act->joined ? " and" : "");
    else if (act->verb == ACT_CANCEL)
        trio_rc_say(source, "cancel %u%s", act->actor,
                    act->joined ? " and" : "");
    else
        trio_rc_say(source, "%u: %s%s%s%s", act->actor, verb->name, value,
                    limit, act->joined ? " and" : "");
}

static void draw(struct trio_rc_source *source, void *arg, const void *state,
                 void *ret_operation)
{
    const struct primitive *primitive = arg;
    struct act *act = ret_operation;

    (void)state;
    act->verb = draw_verb(source, primitive);
    const struct verb *verb = stage_verb(primitive, act->verb);
    act->actor =
        (unsigned char)trio_rc_int(source, "actor", 0, STAGE_ACTORS - 1);
    if (verb->value != 0)
        act->value =
            (unsigned char)trio_rc_int(source, "value", 0, verb->value - 1);
    if (!verb->at_once && trio_rc_int(source, "limited", 0, 3) == 3)
        act->limit = (unsigned char)trio_rc_int(source, "limit", 1, 3);
    act->joined = act->verb != ACT_PASS && trio_rc_bool(source, "joined");
    tell(source, verb, act);
}

static bool allows(void *arg, const void *state, const void *operation)
{
    (void)arg;
    return script_allows(state, operation);
}

static void next(void *arg, void *state, const void *operation)
{
    (void)arg;
    (void)script_step(state, operation);
}

static const struct trio_rc_machine machine = {
    .operation_size = sizeof(struct act),
    .state_size = sizeof(struct script),
    .begin = begin,
    .draw = draw,
    .allows = allows,
    .next = next,
};

bool stage_holds(struct trio_rc_source *source, void *arg)
{
    static const struct trio_campaign_options few = {
        .runs = 8,
        .no_cancel_sweep = true,
        .no_time_sweep = true,
        .no_failure_sweep = true,
        .no_twins = true,
    };
    struct play play = {.primitive = arg};
    // Deadlines are exact: the model knows what time it is.
    const struct trio_scenario scenario = {.name = play.primitive->name,
                                           .fn = stage_play,
                                           .arg = &play,
                                           .still_clock = true};

    play.count = trio_rc_operations(source, "acts", &machine, STAGE_ACTS_MAX,
                                    arg, play.acts);
    return trio_rc_simulate(source, &scenario, &few);
}

bool stage_check(struct primitive *primitive)
{
    // Fewer where each is slow: see .bazelrc.
    const char *runs = getenv("CHECK_RUNS");
    const struct trio_rc_options enough = {
        .cases = 4 * (uint32_t)(runs != NULL ? atoi(runs) : 100)};
    static struct trio_rc_result result;

    trio_rc_run(primitive->name, &enough, stage_holds, primitive, &result);
    if (result.outcome != TRIO_RC_HELD)
        fputs(result.text, stderr);
    return result.outcome == TRIO_RC_HELD;
}
