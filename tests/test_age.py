"""Ages in six languages: what parents write, and what only looks like an age."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Languages, load_languages
from bot.understanding.age import PREGNANCY, Age, _Reading, find_ages, merge
from bot.understanding.age_words import AgeWords, age_words, cut, taken_apart
from bot.understanding.words import ascii_digits

SPOKEN = {language.tag: age_words(data) for language in load_languages() if (data := language.data("numbers"))}
UNBORN = (-9, -1)
each_language = pytest.mark.parametrize("lang", sorted(SPOKEN))

# Words as people type them, with blanks between. Left out: letters that are only typing marks, and digits inside words.
CHARACTERS = st.characters(exclude_categories=["Cs"])
NUMBERS = st.integers(0, 26).map(str) | st.sampled_from(
    ["2,5", "1.5", "3/4", "٣", "۵", "0", "02826", "-4", "030", "23125"]
)
MARKS = st.sampled_from([",", "-", "–", "/", "+", "&", ";", ".", "?", "\n"])


def ages(text: str, lang: str, *, asked: bool = True) -> list[tuple[int, int]]:
    return [(age.min_months, age.max_months) for age in find_ages(text, SPOKEN[lang], asked=asked)]


def years(*numbers: int) -> list[tuple[int, int]]:
    return [(12 * n, 12 * n + 11) for n in numbers]


def months(*numbers: int) -> list[tuple[int, int]]:
    return [(n, n) for n in numbers]


def school_class(n: int) -> list[tuple[int, int]]:
    return [((n + 5) * 12, (n + 7) * 12 - 1)]


def spoken_words(lang: str) -> Iterable[str]:
    data = load_languages().by_tag[lang].data("numbers")
    return sorted({str(word).rstrip("*") for kind, entries in data.items() if kind != "month" for word in entries})


VOCABULARY = {lang: list(spoken_words(lang)) for lang in SPOKEN}
messages = st.sampled_from(sorted(SPOKEN)).flatmap(
    lambda lang: st.tuples(
        st.just(lang),
        st.lists(st.sampled_from(VOCABULARY[lang]) | NUMBERS | MARKS, max_size=9).map(" ".join),
    )
)


def test_every_language_that_ships_knows_ages(languages: Languages) -> None:
    assert set(SPOKEN) >= {"de", "de-simple", "en", "tr", "ar", "uk"}
    assert set(SPOKEN) == {language.tag for language in languages if language.data("numbers")}


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "3", years(3)),
        ("de", "drei Jahre alt", years(3)),
        ("de", "DREI", years(3)),
        ("de", "fünf", years(5)),
        ("de", "fuenf", years(5)),
        ("de", "sechzehn Jahre", years(16)),
        ("de", "eins", years(1)),
        ("de", "er wird fünf", years(5)),
        ("de", "fast 3", years(3)),
        ("de", "schon 4 Jahre", years(4)),
        ("de-simple", "mein kind 3 jahre", years(3)),
        ("en", "3 years old", years(3)),
        ("en", "she's seven", years(7)),
        ("tr", "oğlum üç yaşında", years(3)),
        ("tr", "on üç yaşında", years(13)),
        ("tr", "İki yaşında", years(2)),
        ("ar", "ثلاث سنوات", years(3)),
        ("ar", "سنتين", years(2)),
        ("ar", "إحدى عشرة سنة", years(11)),
        ("uk", "синові п'ять років", years(5)),
        ("uk", "дочке 3 года", years(3)),
    ],
)
def test_years_in_words_and_digits_are_a_whole_year_of_months(lang: str, text: str, expected: object) -> None:
    assert ages(text, lang) == expected


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "achtzehn Monate", 18),
        ("de", "8 Mo", 8),
        ("de", "7M", 7),
        ("de", "2 Jahre und 3 Monate", 27),
        ("de", "3 Jahre, 11 Monate", 47),
        ("de", "6 Wochen", 1),
        ("de", "10 Tage alt", 0),
        ("de", "52 Wochen", 12),
        ("de-simple", "baby 5 monat", 5),
        ("en", "twenty one months", 21),
        ("en", "my baby is 6 weeks old", 1),
        ("tr", "18 aylık", 18),
        ("ar", "١٨ شهر", 18),
        ("ar", "شهرين", 2),
        ("uk", "рік і три місяці", 15),
        ("uk", "доньці 7 місяців", 7),
    ],
)
def test_months_weeks_and_days_are_one_month(lang: str, text: str, expected: int) -> None:
    assert ages(text, lang) == months(expected)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "anderthalb", 18),
        ("de", "zweieinhalb Jahre", 30),
        ("de", "2½", 30),
        ("de", "2 1/2", 30),
        ("de", "2,5", 30),
        ("de", "1.5", 18),
        ("de", "3¼ Jahre", 39),
        ("de", "3¾ Jahre", 45),
        ("de", "1/2 Jahr", 6),
        ("de", "ein halbes Jahr", 6),
        ("de", "0,5", 6),
        ("en", "two and a half", 30),
        ("en", "a year and a half", 18),
        ("en", "half a year old", 6),
        ("tr", "bir buçuk yaşında", 18),
        ("tr", "İKİ BUÇUK YAŞINDA", 30),
        ("ar", "سنة ونص", 18),
        ("ar", "سنة ونصف", 18),
        ("ar", "سنتين ونص", 30),
        ("ar", "٣ سنوات ونصف", 42),
        ("uk", "півтора року", 18),
        ("uk", "два з половиною роки", 30),
        ("uk", "півроку", 6),
    ],
)
def test_halves_and_quarters_are_exact_to_the_month(lang: str, text: str, expected: int) -> None:
    assert ages(text, lang) == months(expected)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "3, 5 und 9", years(3, 5, 9)),
        ("de", "3,7", years(3, 7)),
        ("de", "4 Jahre, 8 Jahre", years(4, 8)),
        ("de", "3 und 5 Monate", months(3, 5)),
        ("de", "Klasse 8 und 11 Monate", school_class(8) + months(11)),
        ("de", "2-3 Jahre", [(24, 47)]),
        ("de", "2–3", [(24, 47)]),
        ("de", "zwischen 2 und 3 Jahren", years(2, 3)),
        ("de", "5 und 2", years(5, 2)),
        ("en", "my son is 4 and my daughter is 7", years(4, 7)),
        ("tr", "kızım 5, oğlum 8 yaşında", years(5, 8)),
        ("ar", "بنتي ٤ سنين وابني ٧ سنين", years(4, 7)),
        ("uk", "у мене двоє дітей, 4 і 9 років", years(4, 9)),
        ("de", "mein Junge ist 6, das Baby 3 Monate", years(6) + months(3)),
        ("en", "the boy 2, the girl 5 weeks", years(2) + months(1)),
        ("tr", "oğlum 4 ve kızım 7 aylık", years(4) + months(7)),
        ("uk", "сину 5 а доньці 10 місяців", years(5) + months(10)),
        ("ar", "٤ سنوات و٦ سنوات", years(4, 6)),
        ("ar", "اعمارهم 1 و3 و8", years(1, 3, 8)),
    ],
)
def test_several_children_come_in_the_order_in_which_they_were_named(lang: str, text: str, expected: object) -> None:
    assert ages(text, lang) == expected


def test_twins_are_one_age() -> None:
    assert ages("3 Jahre und 3 Jahre", "de") == years(3)
    assert ages("dreijährige Zwillinge", "de") == years(3)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "1. Klasse", 1),
        ("de", "geht in die dritte Klasse", 3),
        ("de", "Klasse 8", 8),
        ("de", "er ist in der 13. Klasse", 13),
        ("de-simple", "sohn klasse 2", 2),
        ("en", "in 5th grade", 5),
        ("en", "second grade", 2),
        ("tr", "birinci sınıf", 1),
        ("tr", "3. sınıfa gidiyor", 3),
        ("ar", "الصف الثالث", 3),
        ("uk", "третій клас", 3),
        ("uk", "в 5 класі", 5),
    ],
)
def test_a_school_class_is_two_years_wide(lang: str, text: str, expected: int) -> None:
    """Whoever is in class 1 is six or seven years old."""
    assert ages(text, lang) == school_class(expected)


def test_there_is_no_fourteenth_class() -> None:
    assert ages("14. Klasse", "de") == []
    assert ages("Klasse 0", "de") == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "schwanger"),
        ("de", "in der 24. Woche schwanger"),
        ("de", "schwanger, 8 Monate"),
        ("de", "im 7. Monat schwanger"),
        ("de", "Entbindungstermin in 3 Wochen"),
        ("de-simple", "ich schwanger"),
        ("en", "I'm 20 weeks pregnant"),
        ("tr", "24 haftalık hamileyim"),
        ("ar", "أنا حامل ٢٠ أسبوع"),
        ("uk", "вагітна, 20 тижнів"),
    ],
)
def test_weeks_of_a_pregnancy_are_not_the_age_of_a_child(lang: str, text: str) -> None:
    assert ages(text, lang) == [UNBORN]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        *(
            ("de", "Ich bin jetzt im fünften Monat"),
            ("de", "bin erst in der 11. Woche"),
            ("de-simple", "ich bin in 6. monat"),
        ),
        *(("en", "I'm already in my 4th month"), ("tr", "dokuzuncu aydayım"), ("uk", "я вже на п'ятому місяці")),
    ],
)
def test_whoever_is_in_a_month_is_pregnant(lang: str, text: str) -> None:
    assert ages(text, lang) == [UNBORN]


def test_a_child_in_a_month_is_born() -> None:
    assert ages("meine Tochter ist im 9. Monat", "de") == months(9)
    assert ages("I am alone in the 4th week", "en") != [UNBORN]


def test_a_number_says_better_what_a_word_says_already() -> None:
    assert ages("unser Teenager 13", "de") == years(13)
    assert ages("my teenage girl is 16", "en") == years(16)


def test_a_pregnant_mother_can_have_a_child_too() -> None:
    assert ages("ich bin schwanger und habe einen Sohn, 4 Jahre", "de") == [UNBORN, *years(4)]
    assert ages("12 Wochen schwanger und Kind 3 Jahre", "de") == [UNBORN, *years(3)]
    assert Age(*UNBORN) == PREGNANCY


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "Neugeborenes", (0, 11)),
        ("de", "unser Säugling", (0, 11)),
        ("de", "Kleinkind", (12, 35)),
        ("de", "Vorschulkind", (60, 83)),
        ("de", "Erstklässler", (72, 95)),
        ("de", "mein Teenager lügt", (156, 215)),
        ("en", "a toddler", (12, 35)),
        ("tr", "bebek", (0, 11)),
        ("uk", "першокласник", (72, 95)),
    ],
)
def test_a_word_can_be_an_age(lang: str, text: str, expected: tuple[int, int]) -> None:
    assert ages(text, lang, asked=False) == [expected]


def test_a_number_says_it_better_than_the_word_beside_it() -> None:
    assert ages("Mein Baby ist 5 Monate alt", "de") == months(5)
    assert ages("5 Monate altes Baby", "de") == months(5)
    assert ages("bebeğim 4 aylık", "tr") == months(4)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "seit 3 Jahren getrennt"),
        ("de", "vor 2 Monaten umgezogen"),
        ("de", "2 Jahre lang gewartet"),
        ("de", "noch 6 Wochen bis zum Umzug"),
        ("en", "we moved here 2 years ago"),
        ("en", "for 3 years she has been ill"),
        ("tr", "3 yıldır işsizim"),
        ("ar", "من ٣ سنوات في ألمانيا"),
        ("uk", "три роки тому переїхали"),
    ],
)
def test_a_duration_is_no_age(lang: str, text: str) -> None:
    assert ages(text, lang, asked=False) == []


def test_a_duration_since_birth_is_an_age_after_all() -> None:
    assert ages("vor drei Wochen geboren", "de") == months(0)


def test_a_duration_beside_an_age_leaves_the_age() -> None:
    assert ages("mein Mann ist seit 2 Jahren arbeitslos, Kind 7", "de") == years(7)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "ich bin 34 Jahre alt"),
        ("de", "ich bin 34"),
        ("en", "I am 35 years old"),
        ("uk", "мені 34 роки"),
    ],
)
def test_the_age_of_the_parent_is_not_the_age_of_the_child(lang: str, text: str) -> None:
    assert ages(text, lang) == []


def test_parent_and_child_in_one_sentence_are_told_apart() -> None:
    assert ages("ich bin 34 und meine Tochter ist 6", "de") == years(6)
    assert ages("I am 25 and my son is 2", "en") == years(2)


@pytest.mark.parametrize(("own_age", "expected"), [(7, []), (8, years(8)), (19, years(19)), (20, [])])
def test_whoever_is_young_and_says_i_am_is_the_child(own_age: int, expected: object) -> None:
    assert ages(f"ich bin {own_age} Jahre alt", "de") == expected


@pytest.mark.parametrize(
    "text",
    ["250 Jahre", "27 Jahre", "27", "100", "324 Monate", "400 Monate", "1500 Wochen", "99999999999999999999"],
)
def test_an_impossible_age_is_left_out(text: str) -> None:
    assert ages(text, "de") == []


def test_the_oldest_child_is_twenty_six() -> None:
    assert ages("26 Jahre", "de") == [(312, 323)]
    assert ages("323 Monate", "de") == [(323, 323)]


def test_a_child_may_be_under_one_year() -> None:
    assert ages("0", "de") == [(0, 11)]
    assert ages("0 Jahre", "de") == [(0, 11)]
    assert ages("4 Tage", "de") == [(0, 0)]


@pytest.mark.parametrize("text", ["٣ سنوات", "۳ سنوات", "३ سنوات", "３ سنوات", "3 سنوات"])
def test_digits_of_any_script_count(text: str) -> None:
    assert ages(text, "ar") == years(3)


def test_digits_are_written_in_ascii() -> None:
    assert ascii_digits("٠١٢٣ ۴۵۶ ७८९ ab") == "0123 456 789 ab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02826", []),
        ("3 Jahre alt und 02826 Görlitz", years(3)),
        ("3 und 5 Jahre, wohnen in 02826", years(3, 5)),
        ("5, 02826", years(5)),
        ("02826, Tochter 8", years(8)),
    ],
)
def test_a_post_code_beside_an_age_is_no_age(text: str, expected: object) -> None:
    assert ages(text, "de") == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "wir haben 3 Kinder"),
        ("de", "100 Euro"),
        ("de", "um 3 Uhr nachts wach"),
        ("de", "brauche 3"),
        ("de", "ein Kind"),
        ("de", "030 23125 004"),
        ("en", "I have 2 kids"),
        ("tr", "iki çocuğum var"),
        ("ar", "عندي ٣ أطفال"),
        ("uk", "у мене 3 дітей"),
    ],
)
def test_a_number_that_counts_something_else_is_no_age(lang: str, text: str) -> None:
    assert ages(text, lang, asked=False) == []


def test_counting_the_children_does_not_hide_their_ages() -> None:
    assert ages("wir haben 3 Kinder: 2, 4 und 8 Jahre", "de", asked=False) == years(2, 4, 8)


def test_weeks_and_months_of_something_else_are_no_age() -> None:
    assert ages("drei Monate Wartezeit beim Amt", "de", asked=False) == []
    assert ages("six weeks of summer holidays", "en", asked=False) == []
    assert ages("mein Sohn, drei Monate, schreit", "de", asked=False) == months(3)


def test_a_bare_number_is_an_age_only_where_one_was_asked_for_or_a_child_stands_beside_it() -> None:
    assert ages("8", "de", asked=True) == years(8)
    assert ages("8", "de", asked=False) == []
    assert ages("Tochter 8", "de", asked=False) == years(8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3j", years(3)), ("3J.", years(3)), ("14jährig", years(14)), ("11mon", months(11)), ("dreijährig", years(3))],
)
def test_what_is_written_together_is_taken_apart(text: str, expected: object) -> None:
    assert ages(text, "de") == expected


def test_one_wrong_letter_in_a_number_word_is_forgiven_beside_a_unit() -> None:
    assert ages("zehm Jahre", "de") == years(10)
    assert ages("viier Jahre", "de") == years(4)
    assert ages("im Jahre", "de") == []


@pytest.mark.parametrize("text", ["", " ", "keine Ahnung", "👶", "?", "[voice message]", "Jahre", "-"])
def test_nothing_understood_is_nothing(text: str) -> None:
    assert ages(text, "de") == []


def test_only_the_first_thousand_characters_count() -> None:
    assert ages("x " * 400 + "Tochter 8 Jahre", "de") == years(8)
    assert ages("x " * 600 + "Tochter 8 Jahre", "de") == []


def test_children_are_ordered_from_the_youngest_to_the_oldest() -> None:
    assert list(merge([Age(36, 47), Age(5, 5), PREGNANCY, Age(36, 47)])) == [PREGNANCY, Age(5, 5), Age(36, 47)]


@each_language
@given(n=st.integers(0, 26))
def test_a_bare_number_of_years_is_understood_in_every_language(lang: str, n: int) -> None:
    assert ages(str(n), lang) == years(n)


@given(n=st.integers(0, 26))
def test_n_years_are_twelve_months_wide(n: int) -> None:
    assert ages(f"{n} Jahre", "de") == [(12 * n, 12 * n + 11)]


@given(n=st.integers(0, 323))
def test_n_months_are_that_month(n: int) -> None:
    assert ages(f"{n} Monate", "de") == [(n, n)]


@given(years_old=st.integers(1, 26), more=st.integers(1, 11))
def test_years_and_months_add_up(years_old: int, more: int) -> None:
    assert ages(f"{years_old} Jahre und {more} Monate", "de") == months(years_old * 12 + more)


@given(numbers=st.lists(st.integers(1, 26), min_size=1, max_size=5, unique=True))
def test_a_list_of_numbers_is_a_list_of_children(numbers: list[int]) -> None:
    assert ages(" und ".join(map(str, numbers)), "de") == years(*numbers)


@given(message=messages, asked=st.booleans())
def test_every_age_is_possible_and_begins_before_it_ends(*, message: tuple[str, str], asked: bool) -> None:
    lang, text = message
    found = find_ages(text, SPOKEN[lang], asked=asked)
    assert all(-9 <= age.min_months <= age.max_months <= 323 for age in found)
    assert len(set(found)) == len(found)


@each_language
@given(text=st.text(CHARACTERS, max_size=80), asked=st.booleans())
def test_no_text_breaks_it(*, lang: str, text: str, asked: bool) -> None:
    assert isinstance(find_ages(text, SPOKEN[lang], asked=asked), tuple)


def test_words_of_a_language_are_read_without_case_and_accents() -> None:
    words: AgeWords = age_words(
        {
            "numbers": {"Vingt": 20, "trois": 3},
            "year": ["ans"],
            "month": ["mois"],
            "week": ["semaine"],
            "day": ["jour"],
            "pregnant": ["enceinte"],
            "ages": {"Bébé*": [0, 11]},
            "children": ["fils"],
            "counted": ["fois"],
            "not_age_before": ["depuis"],
            "not_age_after": [],
            "myself": ["j'ai"],
            "joins": ["et"],
        }
    )
    assert find_ages("TROIS ANS", words, asked=False) == (Age(36, 47),)
    assert find_ages("vingt trois mois", words, asked=True) == (Age(23, 23),)
    assert find_ages("mes bebes", words, asked=False) == (Age(0, 11),)
    assert find_ages("depuis trois ans", words, asked=False) == ()


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("ar", "٣ سنوات ـ ٥", ((36, 47), (60, 71))),
        ("de", "Haus 4b2", ()),
        ("uk", "7-й клас", ((144, 167),)),
        ("de", "Achtklässler", ((156, 179),)),
        ("tr", "İki yaşında", ((24, 35),)),
        ("de", "2x3", ()),
        ("de", "½ Jahr", ((6, 6),)),
        ("de", "2 bis 3 Jahre", ((24, 47),)),
        ("de", "zwei bis drei Jahre", ((24, 47),)),
        ("uk", "2 до 3 років", ((24, 47),)),
        ("de", "20. SSW", ((-9, -1),)),
        ("en", "I'm pregnant, week 20", ((-9, -1),)),
        ("ar", "سنتين ونصف", ((30, 30),)),
        ("de", "30 Jahre und 3 Monate", ()),
        ("de", "12.03.2022", ()),
        ("de", "Tel 030 23125 004", ()),
    ],
)
def test_what_readers_of_the_parser_found_stays_mended(
    languages: Languages, lang: str, text: str, expected: tuple[tuple[int, int], ...]
) -> None:
    words = age_words(languages.by_tag[lang].data("numbers"))
    assert tuple(map(tuple, find_ages(text, words, asked=True))) == expected


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "my kids are 4, 6 and 9", ((48, 59), (72, 83), (108, 119))),
        ("de", "Kinder im Alter von 4, 6 und 9 Jahren", ((48, 59), (72, 83), (108, 119))),
        ("de", "Baby 5 Monate schreit", ((5, 5),)),
        ("en", "somebody to help us for a few hours a week", ()),
        ("de", "seit 3 Monaten keine Wohnung", ()),
    ],
)
def test_unasked_ages_need_a_child_beside_them(
    languages: Languages, lang: str, text: str, expected: tuple[tuple[int, int], ...]
) -> None:
    words = age_words(languages.by_tag[lang].data("numbers"))
    assert tuple(map(tuple, find_ages(text, words, asked=False))) == expected


@given(message=messages, asked=st.booleans())
def test_no_age_is_in_what_is_not_worth_reading(message: tuple[str, str], asked: bool) -> None:  # noqa: FBT001 Hypothesis gives it
    lang, text = message
    tokens = taken_apart(cut(text), SPOKEN[lang])
    if not SPOKEN[lang].may_tell(tokens) and not (asked and len(tokens) == 1):
        assert not _Reading(tokens, SPOKEN[lang], asked=asked).ages()


@each_language
def test_most_of_what_people_write_is_not_worth_reading(lang: str) -> None:
    assert not SPOKEN[lang].may_tell(["zzzz", "qqqq", ","])
