"""Where do you live? Typed in any script, a post code, or a shared position. Ties are asked, never guessed."""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.model import Answers, Location, Option, Reply, Say
from bot.dialogue.steps.base import Scene, Step, Taken, page_start, question, without_screen
from bot.understanding.reading import Slot, Understood
from catalog.places import Found, Place

KEPT_DECIMALS = 2  # about a kilometre: enough to find help, too little to find a family
CHOICES = 5
GERMANY = (47.0, 55.5, 5.5, 15.5)  # south, north, west, east


class PlaceStep(Step):
    name: Slot = "place"
    prefixes = ("place",)

    def is_answered(self, answers: Answers) -> bool:
        return answers.place is not None or self.name in answers.skipped

    def ask(self, answers: Answers, scene: Scene) -> tuple[Reply, ...]:
        _ = scene.text.gettext
        send = "📍 " + scene.text.pgettext("button", "Send my place")
        if answers.candidates:
            options = [Option(f"place:{i}", "📍 " + _choice(p, scene)) for i, p in enumerate(answers.candidates)]
            options.append(Option("place:other", scene.text.pgettext("button", "Another place")))
            return (question(_("Which place do you mean? You can also write the post code."), options, location=send),)
        text = _(
            "Where do you live? Write the post code or the town, or share your position. We look for help near there."
        )
        return (question(text, [], location=send),)

    def choose(self, answers: Answers, option: str, scene: Scene) -> Taken | None:
        rest = option.removeprefix("place:")
        if rest == "other":
            return Taken(self.clear(answers))
        number = page_start(rest)
        if str(number) == rest and number < len(answers.candidates):
            return Taken(self.told(answers, answers.candidates[number]))
        return None

    def take(self, answers: Answers, said: Understood, scene: Scene) -> Taken | None:
        found = said.place
        if not found.places:
            return None
        if _is_clear(found):
            return Taken(self.told(answers, found.places[0]))
        slim = tuple(_slim(place) for place in found.places[:CHOICES])
        return Taken(replace(self.clear(answers), candidates=slim))

    def locate(self, answers: Answers, location: Location, scene: Scene) -> Taken | None:
        """A shared position: kept only to about a kilometre. Outside Germany nothing can be found."""
        south, north, west, east = GERMANY
        if not (south <= location.lat <= north and west <= location.lon <= east):
            return Taken(
                answers, (Say(scene.text.gettext("That place is outside Germany. I only know help in Germany.")),)
            )
        lat, lon = round(location.lat, KEPT_DECIMALS), round(location.lon, KEPT_DECIMALS)
        return Taken(self.told(answers, scene.catalog.places.nearest(lat, lon)))

    def told(self, answers: Answers, place: Place) -> Answers:
        """Take a place as the answer."""
        skipped = tuple(name for name in answers.skipped if name != self.name)
        return replace(answers, place=_slim(place), candidates=(), skipped=skipped, shown=0)

    def clear(self, answers: Answers) -> Answers:
        skipped = tuple(name for name in answers.skipped if name != self.name)
        return replace(without_screen(answers), place=None, skipped=skipped)

    def summary(self, answers: Answers, scene: Scene) -> str | None:
        return wording.place_name(answers.place, scene.text) if answers.place else None


def _is_clear(found: Found) -> bool:
    """A name spelt right and known once is taken; a misspelt one is asked back."""
    return found.exact and not found.ambiguous


def _slim(place: Place) -> Place:
    """Only what matching needs; lists of names and post codes stay in the gazetteer."""
    codes = place.post_codes if len(place.post_codes) == 1 else ()
    return replace(place, aliases=(), post_codes=codes)


def _choice(place: Place, scene: Scene) -> str:
    name = wording.place_name(place, scene.text)
    hint = place.county or (scene.text.label("states", place.state) if place.state else "")
    return f"{name} ({hint})" if hint and not place.district else name
