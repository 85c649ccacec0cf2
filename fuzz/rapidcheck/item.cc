// Items whose parts are drawn by a function in C.
//
// While rapidcheck shrinks what a property draws, it draws everything again
// that came after what has become smaller. That is right for a property, whose
// later draws may depend on earlier ones; of an item it would give back what
// was shrunk before. Here a part stays as it is, unless it is of another kind
// by now, or not drawn any more.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/rapidcheck/source.h"

#include <utility>

namespace trio_rc
{

using rc::detail::Any;
using rc::gen::detail::Recipe;

using Fill = std::function<void(trio_rc_source *, void *)>;

// Gives out the parts of a recipe, and draws those that it does not have.
class Kitchen : public rc::gen::detail::GenerationHandler
{
  public:
    explicit Kitchen(Recipe *which) : recipe(which), seeds(which->random)
    {
    }

    Any onGenerate(const rc::Gen<Any> &gen) override
    {
        rc::Random own = seeds.split();
        auto &parts = recipe->ingredients;
        size_t found = next;

        while (found < parts.size() && parts[found].description != gen.name())
            found++;
        auto at = parts.begin() + static_cast<std::ptrdiff_t>(next);
        if (found < parts.size())
            parts.erase(at, parts.begin() + static_cast<std::ptrdiff_t>(found));
        else
            parts.insert(
                at, Recipe::Ingredient(gen.name(), gen(own, recipe->size)));
        return parts[next++].value();
    }

    void finish()
    {
        auto &parts = recipe->ingredients;

        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(next),
                    parts.end());
    }

  private:
    Recipe *recipe;
    rc::Random seeds;
    size_t next = 0;
};

using Made = std::pair<Value, Recipe>;

static Made make(Check *check, size_t size, const Fill &fill, Recipe recipe)
{
    Kitchen kitchen(&recipe);
    rc::detail::ImplicitParam<rc::gen::detail::param::CurrentHandler> handler(
        &kitchen);
    trio_rc_source inner{check, false};
    std::vector<uint64_t> item(size / sizeof(uint64_t) + 1); // Aligned.

    fill(&inner, item.data());
    if (inner.broken)
        std::rethrow_exception(inner.broken);
    kitchen.finish();
    return {
        Value{std::string(reinterpret_cast<const char *>(item.data()), size),
              inner.said.empty() ? inner.words : inner.said},
        recipe};
}

// Each recipe of which one part is smaller.
static rc::Seq<Recipe> shrink_parts(const Recipe &recipe)
{
    return rc::seq::mapcat(
        rc::seq::range<size_t>(0, recipe.ingredients.size()), [=](size_t i) {
            return rc::seq::map(recipe.ingredients[i].shrinks(),
                                [=](rc::Shrinkable<Any> &&smaller) {
                                    Recipe shrunk = recipe;
                                    shrunk.ingredients[i].shrinkable = smaller;
                                    return shrunk;
                                });
        });
}

static rc::Shrinkable<Made> make_by(Check *check, size_t size, const Fill &fill,
                                    const Recipe &recipe)
{
    return rc::shrinkable::shrink(
        [=] { return make(check, size, fill, recipe); },
        [=](Made &&made) {
            return rc::seq::map(shrink_parts(made.second),
                                [=](Recipe &&shrunk) {
                                    return make_by(check, size, fill, shrunk);
                                });
        });
}

Draw draw_by(Check *check, size_t size, const Fill &fill)
{
    return [=](const rc::Random &random, int scale) {
        Recipe recipe;

        recipe.random = random;
        recipe.size = scale;
        return rc::shrinkable::map(make_by(check, size, fill, recipe),
                                   [](Made &&made) { return made.first; });
    };
}

} // namespace trio_rc
