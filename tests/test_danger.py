"""The net that hears danger: how its patterns are read, and what it must hear in every language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Languages
from bot.understanding.danger import MAX_WORDS, DangerNet, parse_harmless, parse_patterns
from catalog.topics import Topics

TOPIC = "poisoning"


def net(*patterns: str, **more: list[str]) -> DangerNet:
    return DangerNet(parse_patterns({TOPIC: patterns, **more}))


def hears(pattern: str, text: str) -> bool:
    return net(pattern).find(text) == (TOPIC,)


def test_all_groups_of_a_pattern_are_needed_in_any_order() -> None:
    assert hears("kind tablette", "kind nahm tablette")
    assert hears("kind tablette", "tablette bei dem kind")
    assert not hears("kind tablette", "das kind schläft")
    assert not hears("kind tablette", "eine tablette")


def test_one_word_of_a_group_is_enough() -> None:
    for word in ("kind", "sohn", "baby"):
        assert hears("kind|sohn|baby tablette", f"{word} tablette")
    assert not hears("kind|sohn|baby tablette", "oma tablette")


def test_a_word_is_the_whole_word_unless_it_has_a_star() -> None:
    assert not hears("gift", "giftig")
    assert hears("gift*", "giftig")
    assert hears("gift*", "gift")
    assert not hears("gift*", "rattengift")
    assert hears("*gift*", "rattengift")
    assert hears("*gift*", "giftig")


def test_words_in_a_row_must_follow_each_other() -> None:
    assert hears("keine_luft", "er bekommt keine luft mehr")
    assert not hears("keine_luft", "luft gibt es hier keine")
    assert not hears("keine_luft", "keine frische luft")


def test_a_word_in_a_row_can_be_a_beginning() -> None:
    assert hears("keine_luft*", "keine luftröhre")
    assert hears("kein*_luft", "keinerlei luft")
    assert not hears("kein*_luft", "kein wasser")


def test_an_exclusion_anywhere_silences_the_pattern() -> None:
    assert hears("kopf gefallen !kissen", "auf den kopf gefallen")
    assert not hears("kopf gefallen !kissen", "mit dem kopf ins kissen gefallen")
    assert not hears("kopf gefallen !kissen", "gefallen auf den kopf, " + "bla " * 50 + "kissen")


def test_any_word_of_an_exclusion_silences() -> None:
    assert not hears("blut !test|blutbild", "blut beim test")
    assert not hears("blut !test|blutbild", "blut im blutbild")
    assert not hears("blut !beim_arzt", "blut beim arzt")
    assert hears("blut !beim_arzt", "blut, der arzt war beim kind")


def test_an_exclusion_silences_only_its_own_pattern() -> None:
    assert net("blut !test", "test").find("blut test") == (TOPIC,)


@pytest.mark.parametrize(("between", "heard"), [(0, True), (6, True), (7, False), (30, False)])
def test_groups_stand_within_eight_words(between: int, heard: object) -> None:
    text = " ".join(["kind", *["und"] * between, "tablette"])
    assert hears("kind tablette", text) is heard


def test_a_word_far_away_does_not_hide_one_nearby() -> None:
    assert hears("kind tablette", "kind " + "und " * 30 + "kind tablette")
    assert hears("kind tablette", "tablette kind " + "und " * 30 + "kind")


@pytest.mark.parametrize(
    "typo",
    ["vergifet", "verrgiftet", "vergifted", "vegriftet", "ergiftet", "vergiftett"],
    ids=["missing", "doubled", "wrong", "swapped", "first letter missing", "one too many"],
)
def test_a_long_word_may_have_one_wrong_letter(typo: str) -> None:
    assert hears("vergiftet", f"er ist {typo}")


def test_two_wrong_letters_are_another_word() -> None:
    assert not hears("vergiftet", "vergofted")


def test_a_short_word_has_to_be_right() -> None:
    assert hears("stirbt", "stirb")
    assert not hears("tot", "tor")
    assert not hears("sauer", "dauer")


def test_only_a_word_of_the_language_that_is_written_may_be_misspelt() -> None:
    """Else every second word of one language would be a typing mistake of another."""
    turkish = DangerNet(parse_patterns({TOPIC: ["zehirlendi"]}, "tr"))
    assert turkish.find("zehirlend", "tr") == (TOPIC,)
    assert turkish.find("zehirlend", None) == (TOPIC,)
    assert turkish.find("zehirlend", "de") == ()
    assert turkish.find("zehirlendi", "de") == (TOPIC,)


def test_plain_german_is_german_where_typos_are_forgiven() -> None:
    assert DangerNet(parse_patterns({TOPIC: ["vergiftet"]}, "de-simple")).find("vergifet", "de") == (TOPIC,)
    assert DangerNet(parse_patterns({TOPIC: ["vergiftet"]}, "de")).find("vergifet", "de-simple") == (TOPIC,)


def test_an_arabic_word_is_heard_behind_its_and() -> None:
    assert hears("انتحر", "وانتحر")
    assert hears("انتحر*", "وانتحرت")


def test_a_beginning_has_to_be_right() -> None:
    assert not hears("geschlagen*", "geschlafen")
    assert hears("geschlagen*", "geschlagene")


@pytest.mark.parametrize("text", ["WÜRGT", "würgt", "wuergt", "wurgt", "Würgt!", "(würgt)", "w\u0075\u0308rgt"])
def test_case_accents_and_punctuation_are_typing_habits(text: str) -> None:
    assert hears("würgt", text)


def test_words_of_different_scripts_are_not_mixed_up() -> None:
    """Turkish "ben" (I) and Cyrillic "бен" sound the same."""
    assert hears("ben", "ben")
    assert not hears("ben", "бен")
    assert not hears("бен", "ben")
    assert hears("бен", "бен")
    assert not hears("ben*", "бенз")
    assert hears("*бен*", "абена")


def test_arabic_letter_forms_are_one_letter() -> None:
    assert hears("أفعى", "افعي")


@pytest.mark.parametrize("text", ["البيت", "بالبيت", "والبيت", "بيت"])
def test_an_arabic_word_is_heard_behind_its_article(text: str) -> None:
    assert hears("بيت", text)


def test_an_arabic_verb_is_heard_behind_the_sign_of_the_present() -> None:
    assert hears("يضربني", "بيضربني")
    assert hears("يضربني", "وبيضربني")
    assert not hears("تي", "بتي")


def test_a_word_that_is_known_is_no_misspelt_other_one() -> None:
    assert hears("klinge", "kleine")
    assert net("klinge", "kleine zimmer").find("kleine") == ()


def named(*patterns: str, harmless: tuple[str, ...] = (), **words: str) -> DangerNet:
    data = {"words": words, "harmless": harmless, TOPIC: patterns}
    return DangerNet(parse_patterns(data), parse_harmless(data))


def test_a_name_stands_for_its_words() -> None:
    child = named("@child|opa schlaf !@toy", child="kind|sohn*", toy="puppe")
    assert child.find("der sohnemann schlaf") == (TOPIC,)
    assert child.find("opa schlaf") == (TOPIC,)
    assert child.find("oma schlaf") == ()
    assert child.find("kind schlaf puppe") == ()


def test_a_name_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="name @child, but no words"):
        list(parse_patterns({TOPIC: ["@child"]}))


def test_a_figure_of_speech_is_not_heard() -> None:
    figures = named("töten", "messer", harmless=("töten papiere !mann",))
    assert figures.find("die papiere töten mich") == ()
    assert figures.hear("die papiere töten mich").figures == {"toten"}


def test_a_figure_of_speech_hides_no_other_danger() -> None:
    figures = named("töten", "messer", harmless=("töten papiere !mann",))
    assert figures.find("die papiere töten mich, er hat ein messer") == (TOPIC,)
    assert figures.find("mein mann will mich töten wegen der papiere") == (TOPIC,)
    assert figures.find("die papiere töten mich, " + "und " * 8 + "er will mich töten") == (TOPIC,)


def test_the_topic_with_more_to_say_comes_first() -> None:
    both = net("tablette", **{"acute-illness": ["atmet_nicht kind", "blau"]})
    assert both.find("kind atmet nicht, ist blau, tablette") == ("acute-illness", TOPIC)
    assert both.find("tablette") == (TOPIC,)


def test_a_topic_is_named_once() -> None:
    assert net("tablette", "pille", "saft").find("tablette pille saft tablette") == (TOPIC,)


def test_no_patterns_hear_nothing() -> None:
    assert DangerNet(()).find("kind tablette") == ()


@pytest.mark.parametrize(
    "pattern", ["", "   ", "!tablette", "kind |", "kind *", "kind **", "kind ?", "kind ||", "' kind"]
)
def test_a_pattern_with_an_empty_group_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="poisoning has an empty word group"):
        net(pattern)


def test_a_refused_pattern_is_named() -> None:
    with pytest.raises(ValueError, match=r"danger pattern 'kind \|' of poisoning"):
        net("kind tablette", "kind |")


def test_a_long_message_is_heard_from_its_beginning() -> None:
    assert hears("kind tablette", "kind tablette " + "bla " * 10_000)
    assert hears("kind tablette", "a " * (MAX_WORDS - 2) + "kind tablette")


@pytest.mark.parametrize("text", ["", " ", "?!", "👶", "\x00", "12345", "'"])
def test_no_words_are_no_danger(text: str) -> None:
    assert net("kind tablette", "*gift*").find(text) == ()


@given(text=st.text(max_size=200))
def test_no_text_breaks_the_shipped_net(shipped: DangerNet, topics: Topics, text: str) -> None:
    found = shipped.find(text)
    assert all(topics.topics[topic].is_danger for topic in found)
    assert len(set(found)) == len(found)


@given(
    before=st.lists(st.sampled_from(["bitte", "hallo", "also", "und", "heute"]), max_size=20),
    after=st.lists(st.sampled_from(["bitte", "danke", "sofort", "und", "heute"]), max_size=20),
)
def test_words_around_it_do_not_hide_a_danger(shipped: DangerNet, before: list[str], after: list[str]) -> None:
    text = " ".join([*before, "mein Mann schlägt mich", *after])
    assert "domestic-violence" in shipped.find(text)
    assert shipped.find(text.upper()) == shipped.find(text)


@pytest.fixture(scope="module")
def shipped(languages: Languages) -> DangerNet:
    words = [(language.data("danger"), language.tag) for language in languages]
    return DangerNet(
        (pattern for data, tag in words for pattern in parse_patterns(data, tag)),
        (pattern for data, tag in words for pattern in parse_harmless(data, tag)),
    )


# Plain sentences, as somebody types them who needs help now.
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "confidential-birth": {
        "de": (
            "Ich bin schwanger und niemand darf davon erfahren",
            "Ich möchte mein Kind anonym zur Welt bringen",
            "Wo finde ich eine Babyklappe?",
            "Ich will heimlich entbinden, meine Eltern wissen nichts",
        ),
        "de-simple": ("ich schwanger, familie darf nicht wissen", "baby geheim bekommen, ohne name"),
        "en": ("I am pregnant and nobody must know", "I want to give birth without giving my name"),
        "tr": ("Hamileyim ve kimse bilmemeli", "İsmimi vermeden doğum yapmak istiyorum"),
        "ar": ("أنا حامل وأهلي لا يعرفون", "أخاف أن يعرف أهلي أني حامل"),
        "uk": ("Я вагітна і ніхто не повинен знати", "Хочу народити анонімно"),
    },
    "acute-illness": {
        "de": (
            "Mein Baby atmet nicht mehr",
            "Meine Tochter ist bewusstlos",
            "Unser Sohn hat einen Krampfanfall",
            "Mein Kind bekommt keine Luft",
        ),
        "de-simple": ("baby atmet nicht", "kind hoch fieber 41 grad"),
        "en": ("My baby is not breathing", "My daughter is unconscious"),
        "tr": ("Bebeğim nefes almıyor", "Oğlum bayıldı, kendine gelmiyor"),
        "ar": ("طفلي لا يتنفس", "ابنتي فقدت الوعي"),
        "uk": ("Дитина не дихає", "Донька знепритомніла"),
    },
    "poisoning": {
        "de": (
            "Mein Sohn hat Spülmittel getrunken",
            "Unsere Tochter hat Tabletten geschluckt",
            "Mein Kind hat eine Knopfbatterie verschluckt",
            "Sie hat giftige Beeren gegessen",
        ),
        "de-simple": ("kind hat putzmittel getrunken", "mein sohn tabletten gegessen"),
        "en": ("My son drank bleach", "She swallowed a button battery"),
        "tr": ("Çocuğum çamaşır suyu içti", "Kızım hap yuttu"),
        "ar": ("ابني شرب كلور", "بنتي بلعت بطارية"),
        "uk": ("Син випив хімію", "Дитина проковтнула батарейку"),
    },
    "suicidal-thoughts": {
        "de": (
            "Ich will nicht mehr leben",
            "Ich denke daran, mich umzubringen",
            "Mein Sohn sagt, er will sterben",
            "Sie hat einen Abschiedsbrief geschrieben",
        ),
        "de-simple": ("ich will nicht mehr leben", "ich will sterben"),
        "en": ("I don't want to live anymore", "My son wants to kill himself"),
        "tr": ("Artık yaşamak istemiyorum", "İntihar etmeyi düşünüyorum"),
        "ar": ("لا أريد أن أعيش", "أفكر في الانتحار"),
        "uk": ("Я не хочу жити", "Думаю про самогубство"),
    },
    "domestic-violence": {
        "de": (
            "Mein Mann schlägt mich",
            "Mein Ex-Freund bedroht mich mit einem Messer",
            "Mein Partner würgt mich",
            "Ich habe Angst vor meinem Mann, er wird gewalttätig",
        ),
        "de-simple": ("mein mann schlagen mich", "ich angst von mein mann, er schlägt"),
        "en": ("My husband hits me", "My ex threatens to kill me"),
        "tr": ("Kocam beni dövüyor", "Eşim beni öldürmekle tehdit ediyor"),
        "ar": ("زوجي يضربني", "زوجي يهددني بالقتل"),
        "uk": ("Чоловік мене б'є", "Він погрожує мене вбити"),
    },
    "child-in-danger": {
        "de": (
            "Der Nachbar schlägt sein Kind",
            "Mein Vater schlägt mich",
            "Die Kinder nebenan werden geschlagen und schreien jeden Abend",
            "Das Kind hat überall blaue Flecken, ich glaube es wird misshandelt",
        ),
        "de-simple": ("nachbar schlagen kind", "papa schlagen mich"),
        "en": ("My neighbour beats his child", "My dad hits me"),
        "tr": ("Komşu çocuğunu dövüyor", "Babam beni dövüyor"),
        "ar": ("جارنا يضرب أطفاله", "أبي يضربني"),
        "uk": ("Сусід б'є дитину", "Батько мене б'є"),
    },
    "fear-of-hurting-child": {
        "de": (
            "Ich habe Angst, dass ich meinem Baby etwas antue",
            "Ich habe mein Kind geschlagen",
            "Ich könnte mein Baby schütteln, wenn es nicht aufhört",
            "Mir ist die Hand ausgerutscht",
        ),
        "de-simple": ("ich angst ich schlagen mein kind", "ich habe mein kind geschlagen"),
        "en": ("I am afraid I will hurt my baby", "I hit my child"),
        "tr": ("Bebeğime zarar vermekten korkuyorum", "Çocuğuma vurdum"),
        "ar": ("أخاف أن أؤذي طفلي", "ضربت ابني"),
        "uk": ("Боюсь нашкодити дитині", "Я вдарила дитину"),
    },
    "sexual-abuse": {
        "de": (
            "Der Onkel hat meine Tochter sexuell missbraucht",
            "Er hat meine Tochter unsittlich berührt",
            "Meine Tochter wurde vergewaltigt",
            "Der Trainer fasst die Kinder zwischen den Beinen an",
        ),
        "de-simple": ("onkel hat meine tochter angefasst unten", "mann hat mein kind sexuell missbraucht"),
        "en": ("My daughter was sexually abused", "My uncle touched me between my legs"),
        "tr": ("Kızım tacize uğradı", "Amcası kızıma cinsel istismarda bulundu"),
        "ar": ("تعرضت ابنتي للتحرش", "عمي اغتصبني"),
        "uk": ("Мою доньку зґвалтували", "Вітчим чіпляється до доньки і торкається її інтимних місць"),
    },
    "forced-marriage-fgm": {
        "de": (
            "Meine Eltern wollen mich zwangsverheiraten",
            "Ich soll gegen meinen Willen heiraten",
            "Meine Tochter soll im Urlaub beschnitten werden",
            "Wir haben Angst vor weiblicher Genitalverstümmelung",
        ),
        "de-simple": ("familie sagt ich muss heiraten, ich will nicht", "tochter soll beschnitten werden in afrika"),
        "en": ("My parents are forcing me to marry", "They want to circumcise my daughter"),
        "tr": ("Ailem beni zorla evlendirmek istiyor", "Kızımı sünnet ettirmek istiyorlar"),
        "ar": ("أهلي يجبرونني على الزواج", "يريدون أن يزوجوني غصباً عني"),
        "uk": ("Батьки змушують мене вийти заміж", "Хочуть зробити обрізання моїй доньці"),
    },
    "missing-child": {
        "de": (
            "Mein Sohn ist verschwunden",
            "Meine Tochter ist nicht nach Hause gekommen, wir finden sie nicht",
            "Unser Kind ist seit heute Morgen weg und wir erreichen es nicht",
            "Meine Tochter ist von zu Hause abgehauen",
        ),
        "de-simple": ("kind ist weg, ich finde nicht", "mein sohn verschwunden"),
        "en": ("My son is missing", "My daughter ran away from home"),
        "tr": ("Çocuğum kayboldu", "Kızım evden kaçtı"),
        "ar": ("ابني مفقود", "بنتي هربت من البيت"),
        "uk": ("Син зник", "Донька втекла з дому"),
    },
}

HARMLESS = {
    "de": (
        "Mein Sohn hat heute gut geschlafen",
        "Mein Sohn schläft nicht durch",
        "Meine Tochter lernt Schlagzeug",
        "Ich schlage eine andere Zeit vor",
        "Wir suchen einen Schwimmkurs, mein Kind hat Angst vor Wasser",
        "Meine Tochter will nicht mehr in die Schule",
        "Der Schlüssel ist verschwunden",
        "Wir wollen heiraten",
        "Der Bus ist weg",
        "Das bringt mich noch um den Schlaf",
        "Ich habe genug getrunken, stille mein Baby",
        "Die Tabletten sind weggeschlossen",
        "Mein Mann hat seine Arbeit verloren",
        "Die Nachbarn sind laut",
        "Ich bin todmüde",
        "Meine Oma ist gestorben, wie sage ich es meinem Kind?",
        "Wir haben einen Autounfall im Fernsehen gesehen",
        "Mein Kind beißt und haut andere Kinder",
        "Mein Baby schreit viel",
        "Wir brauchen ein blaues Kleid für mein Kind",
        "Wo kann ich mein Baby lassen, wenn ich zum Arzt muss?",
    ),
    "de-simple": ("kind nicht schlafen gut", "ich suche kita für mein kind", "mann arbeit verloren"),
    "en": (
        "My son does not sleep through the night",
        "I hit a wall with the paperwork",
        "My daughter beat her brother at chess",
        "I'm dying to meet other parents",
        "My mother-in-law is driving me mad",
        "I am missing my family at home",
        "There is nobody I could leave my baby with while I work",
    ),
    "tr": (
        "Çalışırken bebeğimi kime bırakabilirim",
        "Oğlum geceleri uyumuyor",
        "Kreş yeri arıyoruz",
        "Çocuğum yemek seçiyor",
        "Davul kursu arıyoruz",
    ),
    "ar": (
        "ما عندي أحد أترك عنده طفلي وقت الدوام",
        "ابني لا ينام في الليل",
        "نبحث عن روضة",
        "أريد دورة لغة ألمانية",
        "ابني يحب السباحة",
    ),
    "uk": (
        "Немає з ким залишити дитину, поки я на курсах",
        "Син не спить вночі",
        "Шукаємо садочок",
        "Де подати заяву на дитячі гроші",
        "Син грає на барабані",
    ),
}


@pytest.mark.parametrize(("topic", "lang"), [(topic, lang) for topic, said in SAID.items() for lang in said])
def test_a_danger_said_plainly_is_heard(shipped: DangerNet, topic: str, lang: str) -> None:
    missed = [text for text in SAID[topic][lang] if topic not in shipped.find(text, lang)]
    assert not missed


def test_every_danger_has_plain_sentences_in_every_language(languages: Languages, topics: Topics) -> None:
    assert set(SAID) == {topic.id for topic in topics.topics.values() if topic.is_danger}
    for said in SAID.values():
        assert set(said) >= {"de", "de-simple", "en", "tr", "ar", "uk"} & set(languages.by_tag)


@pytest.mark.parametrize("lang", HARMLESS)
def test_words_that_are_near_a_danger_raise_no_alarm(shipped: DangerNet, lang: str) -> None:
    alarms = {text: found for text in HARMLESS[lang] if (found := shipped.find(text, lang))}
    assert not alarms


# Who looks for something for a child has lost no child.
LOOKING = {
    "de": (
        "Seit Tagen suche ich einen Logopäden für meinen Sohn",
        "wir finden einfach keine Spielgruppe für unser Kind",
    ),
    "en": ("I can't find a swimming class for my daughter", "we cannot find a therapist for our little boy since May"),
    "tr": ("çocuklarımız için aylardır kurs arıyoruz, yok", "kızım için hâlâ doktor bulamıyorum"),
    "ar": ("عم فتش على مدرس لابني وما عم لاقي حدا",),
    "uk": ("шукаю логопедку для доньки", "не можу знайти секцію для малого", "де шукати курси для двох дітей"),
}


@pytest.mark.parametrize("lang", LOOKING)
def test_who_looks_for_something_for_a_child_has_lost_no_child(shipped: DangerNet, lang: str) -> None:
    assert not {text: found for text in LOOKING[lang] if (found := shipped.find(text, lang))}


# One word that sounds like two of a danger, or like one of another.
ORDINARY = {
    "de": (
        "mir sind keine Spiele mehr eingefallen",
        "mein Augenlid zuckt seit Tagen",
        "sie sitzt mit Kopfhörern am Handy, nicht ansprechbar",
        "dreizehn, und er sperrt sich immer in seinem Zimmer ein",
        "Zehennägel schneiden beim Baby, ich trau mich nicht",
        "Töpfern und Basteln am Samstag, alle Kinder dürfen kommen",
        "es kommt nachts immer zu uns ins Bett, was tun",
        "mein Baby lacht nicht zurück, wenn sie es anschaut",
        "der Vermieter kündigt uns, wir müssen bald aus der Wohnung raus",
        "er will alles selber machen und tobt",
        "unsere Nachbarin klopft an die Wand, wenn das Baby schreit",
        "gebrauchte Babykleider gesucht",
        "wie sagen wir es den Kindern, Mama ist tot",
    ),
    "en": (
        "the letter from the school was a shock",
        "my sons share one pair of football socks",
        "my daughter is painting in an evening class",
        "I handed them the tablet in the living room",
        "long days alone with my baby",
        "my husband has to pass the german exam",
        "my son can't find an internship anywhere",
        "the toddler never touches the toys lying there",
        "my baby cries all the time and I don't know why",
        "can't stand living with my parents-in-law",
        "my kid is starting kita, in front of the door she cries",
        "treatment for genital herpes",
        "how do I talk to the little ones about death",
        "tax office letter with the ID of our newborn",
    ),
    "tr": (
        "geçen ay bebek kaybı yaşadık",
        "iki düşük ve bebek kaybından sonra",
        "sığınma başvurumuz reddedildi",
        "evladımızı kanserden kaybettik",
        "daire için sırada bekliyoruz",
        "oğlumun elektronik dersi var",
        "öğretmen kızıma bir şey söyledi",
        "torunum altı yaşında hâlâ peltek konuşuyor diyorlar",
        "okuldan gelince kızım ağlıyor ödev için",
        "yakında kreş yok, çocuk okula başlayacak",
        "hamile olduğumu yeni öğrendim",
        "kocam Türkiye'ye gidip döndü",
    ),
    "ar": (
        "ما لقينا دفتر الفحوصات الاصفر تبع الطفل",
        "نشاطات وقت الفراغ للشباب",
        "انقطعت الكهربا عند جيراننا والولاد خايفين",
        "بدنا نطهر ابننا",
        "صرت تعبانة من وجع ايدي",
        "رجعت من الدوام وابني نايم",
        "فقدت ابني بالحرب",
        "صوت القصف بيرعب ولادي",
        "بنتي بدها تحتفظ بالالعاب القديمة",
        "مين اللي بيعلم الاولاد بالصف",
        "الاولاد اللي بالصف بيسمعوا القصص وحدهم",
        "ما عندي وقت اسكر شنطة الرضيع",
    ),
    "uk": (
        "донька плаче над домашнім завданням",
        "у квартирі відключили газ",
        "дитину блює у машині",
        "ми з подругою чекаємо двійню",
        "дочка зачиняється у своїй кімнаті, їй чотирнадцять",
        "сусідам вчора все відключили",
        "бабуся після інсульту, син допомагає",
        "хтось варив нам борщ, мене тоді не було",
        "синок не випускає планшет з рук",
        "мене питають про гроші і документи",
        "дочка шукає подругу по листуванню",
        "шукаю роботу на п'ять годин, поки син у садочку",
        "чоловік на роботі, я з двома вдома сама",
        "втратила малюка, дитинка була дуже чекана",
    ),
}


@pytest.mark.parametrize("lang", ORDINARY)
def test_ordinary_words_that_sound_like_a_danger_raise_no_alarm(shipped: DangerNet, lang: str) -> None:
    assert not {text: found for text in ORDINARY[lang] if (found := shipped.find(text, lang))}


# Sentences beside the ordinary ones: nearly the same words, and somebody is in danger.
BESIDE_ORDINARY: dict[str, dict[str, tuple[str, ...]]] = {
    "tr": {
        "missing-child": (
            "bebeğimi avm'de kaybettim",
            "kızım dünden beri yok okulda da değil",
            "oğlum gece eve gelmedi",
        ),
        "domestic-violence": ("kocamdan kaçtım sığınma evine",),
        "sexual-abuse": (
            "hocası kızıma elliyor",
            "amcası bu bizim sırrımız demiş",
            "havuzda çıplak fotoğrafımı çekti",
        ),
        "confidential-birth": ("hamileyim, ailem öğrenirse öldürür beni",),
        "suicidal-thoughts": ("oğlum kendini asacağını diyor",),
        "poisoning": ("kızım tuvalet temizleyicisi içti",),
    },
    "uk": {
        "acute-illness": ("дитина раптом відключилась",),
        "domestic-violence": (
            "мій колишній чекає під домом",
            "чоловік забрав телефон і ключі",
        ),
        "missing-child": (
            "шукаю сина вже дві години, ніхто не бачив",
            "дочка втекла з дому",
            "вагітна донька втекла з дому",
        ),
        "suicidal-thoughts": ("вона ріже собі руки лезом",),
        "fear-of-hurting-child": ("я вдарила доньку, знову зірвалась",),
        "confidential-birth": ("ніхто не знає що я вагітна, він мене кинув",),
    },
    "ar": {
        "child-in-danger": (
            "عيالي لحالهم بالبيت من امبارح",
            "زوجي بيضرب عيالي كل يوم",
        ),
        "missing-child": (
            "ابني هرب من البيت بالليل",
            "بنتي اختفت من مبارح",
            "ما رجع عالبيت من ساعتين",
        ),
        "suicidal-thoughts": ("شرطت ايدها بالموس",),
        "poisoning": ("بنتي بلعت بطارية",),
        "confidential-birth": ("محدش يعرف اني حامل وخايفة من اهلي",),
        "fear-of-hurting-child": (
            "صفعت ابني وندمت",
            "رجعت من الشغل وصفعت بنتي",
        ),
        "acute-illness": (
            "ابني شرق بالحليب وازرق",
            "ابني غاب عن الوعي بالمدرسة",
        ),
    },
    "de": {
        "acute-illness": ("mein Sohn ist nicht ansprechbar",),
        "domestic-violence": ("mein Mann sperrt mich im Zimmer ein",),
        "missing-child": (
            "er ist raus, ich sehe ihn nirgends, er ist autistisch",
            "meine Tochter ist nicht heimgekommen",
        ),
        "sexual-abuse": ("mein Stiefvater kommt nachts in mein Zimmer",),
        "child-in-danger": ("nebenan schreit nachts ein Kind, man hört Schläge durch die Wand",),
    },
    "en": {
        "child-in-danger": ("the kids have been alone for two days",),
        "sexual-abuse": ("my uncle touched me there",),
        "confidential-birth": ("nobody knows about the pregnancy, my family must not find out",),
        "missing-child": (
            "I cannot find my daughter anywhere",
            "our little boy ran away from the group home",
            "I was at work and now I can't find my son",
        ),
        "domestic-violence": ("my husband hits me",),
        "forced-marriage-fgm": ("my father says I must marry, I am fifteen",),
        "suicidal-thoughts": ("I can't stand living with this pain",),
    },
}


@pytest.mark.parametrize("lang", BESIDE_ORDINARY)
def test_a_danger_beside_the_ordinary_words_is_still_heard(shipped: DangerNet, lang: str) -> None:
    said = [(topic, text) for topic, texts in BESIDE_ORDINARY[lang].items() for text in texts]
    assert not [(topic, text) for topic, text in said if topic not in shipped.find(text, lang)]


SPEAK_OF_DANGER = {
    "sexual-abuse-prevention",
    "online-danger",
}  # on their buttons too; tapped or typed they are a concern


@pytest.mark.parametrize("lang", [*ORDINARY, "de-simple"])
def test_no_harmless_concern_on_a_button_sounds_like_a_danger(
    shipped: DangerNet, languages: Languages, topics: Topics, lang: str
) -> None:
    labels = languages.by_tag[lang].data("labels")["topics"]
    dangers = {topic for topic in topics.topics if topics.topics[topic].is_danger} | SPEAK_OF_DANGER
    harmless = [label for topic, label in labels.items() if topic not in dangers]
    assert not {label: found for label in harmless if (found := shipped.find(label, lang))}


# Said without the plain word for it: by children, about others, around it, misspelt.
OBLIQUE: dict[str, dict[str, tuple[str, ...]]] = {
    "suicidal-thoughts": {
        "de": (
            "Ohne mich hätten es alle leichter",
            "mein Bruder hat sich vom Dach stürzen wollen",
            "ich würde mich am liebsten einfach auslöschen",
        ),
        "en": ("they would all be happier without me", "she stood on the ledge and wanted to jump"),
        "tr": ("ben olmasam herkes mutlu olur", "kızım bileğini jiletle kesmiş"),
        "ar": ("بدوني رح يرتاحوا كلهم", "بنتي شرطت ايدها بالشفرة"),
        "uk": ("без мене всім буде краще", "сестра хотіла стрибнути з моста, стоїть на мосту"),
    },
    "domestic-violence": {
        "de": (
            "Mein Freund hat mich die Treppe runter gestoßen",
            "er hat mir das Handy weggenommen und ich darf nicht raus",
        ),
        "en": ("my boyfriend shoved me down the stairs", "he took my passport and my phone, I cannot leave"),
        "tr": ("kocam beni merdivenden itti", "eşim telefonumu aldı dışarı çıkamıyorum"),
        "ar": ("زوجي دفشني عن الدرج", "قفل الباب واخد تلفوني وما بقدر اطلع"),
        "uk": ("мій хлопець штовхнув мене зі сходів", "чоловік забрав телефон і не випускає мене"),
    },
    "child-in-danger": {
        "de": (
            "der Stiefvater haut meinen Bruder mit dem Kabel",
            "die Mädchen sind seit zwei Tagen allein in der Wohnung",
        ),
        "en": ("stepdad whacks my brother with a cable", "the girls have been alone in the flat for two days"),
        "tr": ("üvey babası kardeşimi hortumla dövüyor", "çocuklar iki gündür evde yalnız"),
        "ar": ("زوج امي يضرب اخوي بالكبل", "الاولاد لحالهم بالبيت من يومين"),
        "uk": ("вітчим лупить брата шнуром", "діти вже два дні самі в квартирі"),
    },
    "fear-of-hurting-child": {
        "de": (
            "gleich werfe ich das Baby gegen die Wand, ich könnte es schütteln",
            "eine Stimme sagt, mein Baby ist besessen",
        ),
        "en": ("I could throw the baby against the wall", "a voice says my baby is possessed"),
        "tr": ("az kalsın bebeği fırlatacaktım", "bir ses bebeğim için şeytan diyor"),
        "ar": ("كنت رح ارمي البيبي عالحيط", "خايفة اذي ابني من عصبيتي"),
        "uk": ("мало не кинула дитину, боюсь що зроблю щось", "голос каже що моє немовля диявол"),
    },
    "sexual-abuse": {
        "de": (
            "der Trainer langt den Kindern in die Unterhose",
            "mein Opa zeigt mir Pornos und will dass ich mich ausziehe",
        ),
        "en": ("the coach puts his hand in my son's pants and touches him there", "grandpa shows me porn"),
        "tr": ("antrenör oğluma dokunuyor, sırrımız diyor", "dayım bana porno izletiyor"),
        "ar": ("المدرب يتحسس على الاولاد", "خالي يدخل غرفتي بالليل ويلمسني"),
        "uk": ("тренер лізе хлопцям у труси", "дід показує мені порно"),
    },
    "forced-marriage-fgm": {
        "de": (
            "Meine Schwester ist 14 und wird im Urlaub verheiratet",
            "die Oma will meine Tochter beschneiden lassen",
        ),
        "en": ("my sister is fourteen and being married off", "grandma wants my daughter to be cut"),
        "tr": ("kardeşim on dört yaşında evlendiriyorlar", "ninesi kızımı kestirmek istiyor"),
        "ar": ("اختي عمرها 14 وبدهم يزوجوها", "جدتها بدها تطهر بنتي"),
        "uk": ("сестрі 14 і її видають заміж", "бабуся хоче обрізати мою доньку"),
    },
    "confidential-birth": {
        "de": (
            "ich trage weite Pullis damit keiner den Bauch sieht",
            "will mein Baby nach der Geburt abgeben, ohne meinen Namen",
            "darf eine Frau hier heimlich ihr Kind zur Welt bringen",
        ),
        "en": ("I wear baggy clothes so nobody notices my bump", "I want to leave the baby at the hospital, no name"),
        "tr": ("bol giyiniyorum karnım anlaşılmasın kimse bilmemeli", "adımı vermeden doğurup bırakmak istiyorum"),
        "ar": ("بلبس واسع لحتى ما حدا يعرف اني حامل", "بدي اولد بدون اسم"),
        "uk": ("ношу широке щоб ніхто не бачив живіт", "хочу народити без імені і залишити дитину"),
    },
    "acute-illness": {
        "de": ("Sohn ist von der Leiter gestürzt, er kotzt", "ich krieg das Kind nicht wach, es ist ganz heiß"),
        "en": ("son fell off the ladder and keeps vomiting", "I can't wake her, she is burning hot"),
        "tr": ("oğlum ranzadan düştü kusuyor", "kızımı uyandıramıyorum ateşi çok"),
        "ar": ("ابني وقع من الدرج وعم يستفرغ", "بنتي سخنة كتير وما بتفيق"),
        "uk": ("син впав з драбини і блює", "не можу розбудити доньку, вся гаряча, температура"),
    },
    "poisoning": {
        "de": ("Enkelin hat vom Frostschutzmittel getrunken", "die Kleine hat Blumendünger im Mund gehabt, geschluckt"),
        "en": ("granddaughter drank antifreeze", "toddler ate slug pellets"),
        "tr": ("torunum antifriz içmiş", "küçük fare zehirini yemiş"),
        "ar": ("حفيدي شرب مازوت", "الصغيرة بلعت بطارية"),
        "uk": ("онук випив антифриз", "мала з'їла добриво"),
    },
    "missing-child": {
        "de": (
            "meine Schwester ist nicht nach Hause gekommen, keiner hat sie gesehen",
            "das Bett ist leer und das Fenster war offen",
        ),
        "en": (
            "my brother has not come home and nobody has seen him",
            "her bed was empty this morning and the window open",
        ),
        "tr": ("kardeşim eve gelmedi gören yok", "yatağı boş, pencere açıktı"),
        "ar": ("اخي ما رجع عالبيت وما حدا شافه", "تختها فاضي والشباك مفتوح"),
        "uk": ("сестра не прийшла додому, ніхто її не бачив", "ліжко порожнє і вікно відчинене"),
    },
}

FIGURES = {
    "de": ("Diese Anträge bringen mich um", "der Umzug hat mich erschlagen", "mein Hamster ist weggelaufen"),
    "en": ("these forms will be the death of me, the bills are strangling us", "our hamster ran away"),
    "tr": ("bu faturalar beni öldürecek", "anahtarlar kayboldu", "gülmekten öldük"),
    "ar": ("هالفواتير قتلتنا", "ميتة من الضحك", "بسينتنا ضاعت"),
    "uk": ("ці рахунки мене вбивають", "помираю від нудьги", "ключі зникли"),
}


@pytest.mark.parametrize(("topic", "lang"), [(topic, lang) for topic, said in OBLIQUE.items() for lang in said])
def test_a_danger_said_without_its_word_is_heard(shipped: DangerNet, topic: str, lang: str) -> None:
    missed = [text for text in OBLIQUE[topic][lang] if not shipped.find(text, lang)]
    assert not missed


@pytest.mark.parametrize("lang", FIGURES)
def test_a_figure_of_speech_raises_no_alarm(shipped: DangerNet, lang: str) -> None:
    alarms = {text: found for text in FIGURES[lang] if (found := shipped.find(text, lang))}
    assert not alarms
