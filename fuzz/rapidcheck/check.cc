// One check: rapidcheck looks for a case that fails and shrinks it. The shrunk
// case is run once more, and knows that it is the last: its schedule is shrunk
// then, and what it says is what is reported.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/rapidcheck/source.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <stdexcept>

#include <rapidcheck/detail/Configuration.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include <trio/run.h>

namespace trio_rc
{

using rc::detail::CaseResult;
using rc::detail::Configuration;
using rc::detail::Property;
using rc::detail::TestMetadata;
using rc::detail::TestResult;

// A dot for each case, if RC_PARAMS asks for that.
class Progress : public rc::detail::TestListenerAdapter
{
  public:
    explicit Progress(const Configuration &configuration)
        : cases(configuration.verboseProgress),
          shrinks(configuration.verboseShrinking)
    {
    }

    void onTestCaseFinished(const rc::detail::CaseDescription &) override
    {
        if (cases)
            std::cerr << '.';
    }

    void onShrinkTried(const rc::detail::CaseDescription &,
                       bool accepted) override
    {
        if (shrinks)
            std::cerr << (accepted ? '!' : '.');
    }

  private:
    bool cases;
    bool shrinks;
};

// FNV-1a: other names, other cases.
static uint64_t hash_name(const std::string &name)
{
    uint64_t hash = 14695981039346656037U;

    for (char letter : name)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
    return hash;
}

// rapidcheck takes no notice of what it does not know.
static void check_keys(const std::string &parameters)
{
    static const std::set<std::string> known = {
        "max_discard_ratio", "max_size",         "max_success",
        "noshrink",          "reproduce",        "seed",
        "verbose_progress",  "verbose_shrinking"};
    std::istringstream words(parameters);
    std::string word;

    while (words >> word) {
        std::string key = word.substr(0, word.find('='));
        if (known.count(key) == 0)
            throw std::invalid_argument("RC_PARAMS knows no \"" + key + "\"");
    }
}

static Configuration configure(const std::string &name,
                               const struct trio_rc_options *options)
{
    const char *given = getenv("RC_PARAMS");
    std::string parameters = given != nullptr ? given : "";
    Configuration defaults;

    check_keys(parameters);
    defaults.testParams.seed = hash_name(name);
    if (options != nullptr && options->cases != 0)
        defaults.testParams.maxSuccess =
            static_cast<int>(std::min<uint32_t>(options->cases, INT32_MAX));
    if (options != nullptr && options->size != 0)
        defaults.testParams.maxSize =
            static_cast<int>(std::min<uint32_t>(options->size, 100));
    return rc::detail::configFromString(parameters, defaults);
}

// Calls the property in C, between two layers of rapidcheck.
static CaseResult try_case(Check *check, trio_rc_property property, void *arg)
{
    trio_rc_source source{check, true};
    bool held = property(&source, arg);

    if (source.broken)
        std::rethrow_exception(source.broken);
    if (source.discarded && !source.failed)
        return CaseResult(CaseResult::Type::Discard, "not said of this case");
    if (held && !source.failed)
        return CaseResult(CaseResult::Type::Success);
    return CaseResult(
        CaseResult::Type::Failure,
        source.said + "  fails: " +
            (source.failed ? source.failure : "the property returned false"));
}

// ---- The report ----

static std::string count_of(uint64_t count, const char *noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

static std::string report_failure(const std::string &name,
                                  const rc::detail::FailureResult &failure)
{
    Configuration reproduction;
    std::string text =
        name + " fails after " +
        count_of(static_cast<uint64_t>(failure.numSuccess) + 1, "case") +
        " and " + count_of(failure.reproduce.shrinkPath.size(), "shrink") +
        "\n";

    for (const auto &drawn : failure.counterExample)
        text += "  " + drawn.first + ": " + drawn.second + "\n";
    reproduction.reproduce.emplace(name, failure.reproduce);
    std::string parameters = rc::detail::configToMinimalString(reproduction);
    // The seed comes after a blank, and does not matter.
    return text + failure.description + "\n  again with RC_PARAMS=\"" +
           parameters.substr(0, parameters.find(' ')) + "\"\n";
}

static int count_cases(const rc::detail::SuccessResult &success,
                       const std::string &tag)
{
    int count = 0;

    for (const auto &kind : success.distribution)
        if (std::find(kind.first.begin(), kind.first.end(), tag) !=
            kind.first.end())
            count += kind.second;
    return count;
}

// Returns what was demanded and is not there, "" if it is.
static std::string report_lacking(const Check &check,
                                  const rc::detail::SuccessResult &success)
{
    std::string text;

    for (const auto &demand : check.demands) {
        int count = count_cases(success, demand.first);
        if (static_cast<int64_t>(count) * 100 <
            static_cast<int64_t>(success.numSuccess) * demand.second)
            text +=
                "  " + std::to_string(count) + " of " +
                count_of(static_cast<uint64_t>(success.numSuccess), "case") +
                " are \"" + demand.first + "\", fewer than " +
                std::to_string(demand.second) + " per cent\n";
    }
    return text;
}

static std::string report_kinds(const rc::detail::SuccessResult &success)
{
    std::string text;

    for (const auto &kind : success.distribution) {
        std::string tags;
        for (const std::string &tag : kind.first)
            tags += (tags.empty() ? "" : ", ") + tag;
        if (!tags.empty())
            text += "  " +
                    count_of(static_cast<uint64_t>(kind.second), "case") +
                    ": " + tags + "\n";
    }
    return text;
}

// Of cases that all held.
static enum trio_rc_outcome judge(const std::string &name, const Check &check,
                                  const rc::detail::SuccessResult &success,
                                  std::string *ret_text)
{
    std::string lacking = report_lacking(check, success);
    std::string told = lacking + report_kinds(success);

    if (!told.empty())
        *ret_text =
            name + (lacking.empty() ? " holds in " : " tests too little, ") +
            count_of(static_cast<uint64_t>(success.numSuccess), "case") + "\n" +
            told;
    return lacking.empty() ? TRIO_RC_HELD : TRIO_RC_NOT_COVERED;
}

// ---- All of it ----

class Runner
{
  public:
    Runner(const char *title, const struct trio_rc_options *options,
           trio_rc_property function, void *context)
        : name(title), configuration(configure(name, options)),
          progress(configuration), property(rc::detail::toProperty([=]() {
              return try_case(&check, function, context);
          }))
    {
        metadata.id = name;
        metadata.description = name;
    }

    enum trio_rc_outcome run(uint64_t *ret_cases, std::string *ret_text)
    {
        check.last = configuration.reproduce.count(name) != 0;
        TestResult result = try_with(configuration.reproduce);
        rc::detail::FailureResult failure;
        rc::detail::SuccessResult success;
        rc::detail::GaveUpResult gave_up;

        if (result.match(failure))
            return fail(failure, ret_cases, ret_text);
        if (result.match(gave_up)) {
            *ret_cases = static_cast<uint64_t>(gave_up.numSuccess);
            *ret_text = name + " gives up: too many cases are discarded\n";
            return TRIO_RC_GAVE_UP;
        }
        if (!result.match(success))
            throw std::runtime_error("the reproduction does not fit");
        *ret_cases = static_cast<uint64_t>(success.numSuccess);
        return judge(name, check, success, ret_text);
    }

  private:
    using Reproductions =
        std::unordered_map<std::string, rc::detail::Reproduce>;

    TestResult try_with(const Reproductions &reproductions)
    {
        return rc::detail::checkProperty(property, metadata,
                                         configuration.testParams, progress,
                                         reproductions);
    }

    enum trio_rc_outcome fail(rc::detail::FailureResult failure,
                              uint64_t *ret_cases, std::string *ret_text)
    {
        *ret_cases = static_cast<uint64_t>(failure.numSuccess);
        if (check.simulated && !check.last) {
            rc::detail::FailureResult again;
            check.last = true;
            Reproductions shrunk;
            shrunk.emplace(name, failure.reproduce);
            if (try_with(shrunk).match(again))
                failure.description = again.description;
            else
                failure.description += "\n  and does not fail again";
        }
        *ret_text = report_failure(name, failure);
        return TRIO_RC_FAILED;
    }

    Check check;
    std::string name;
    Configuration configuration;
    Progress progress;
    TestMetadata metadata;
    Property property;
};

} // namespace trio_rc

using namespace trio_rc;

void trio_rc_run(const char *name, const struct trio_rc_options *options,
                 trio_rc_property property, void *arg,
                 struct trio_rc_result *ret_result)
{
    std::string text;

    if (trio_in_run())
        trio_misuse("a property is checked outside of any run", NULL);
    ret_result->cases = 0;
    try {
        Runner runner(name, options, property, arg);
        ret_result->outcome = runner.run(&ret_result->cases, &text);
    } catch (const std::exception &exception) {
        ret_result->outcome = TRIO_RC_ERROR;
        text =
            std::string(name) + " was not checked: " + exception.what() + "\n";
    }
    snprintf(ret_result->text, sizeof(ret_result->text), "%s", text.c_str());
}

bool trio_rc_check(const char *name, trio_rc_property property, void *arg)
{
    auto result = std::make_unique<trio_rc_result>();

    trio_rc_run(name, nullptr, property, arg, result.get());
    if (result->outcome == TRIO_RC_HELD)
        return true;
    fputs(result->text, stderr);
    return false;
}
