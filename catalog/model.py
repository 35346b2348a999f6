"""What an offer is. Checked at the door, frozen afterwards.

Field names follow HSDS 3.1 where it has one. Everything that can be a controlled value is one, because controlled
values are rendered in every language without a translator.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from catalog.hours import check_hours

Kind = Literal["counselling", "education", "leisure", "sport", "support", "health_promotion"]
Sector = Literal["youth_welfare", "health", "education", "social"]
ProviderType = Literal["public", "non_profit", "business"]
Staffing = Literal["pro", "volunteer", "mixed"]
Access = Literal["walk_in", "appointment", "referral"]
Capacity = Literal["open", "waiting_list", "full"]
SiteKind = Literal["place", "hidden", "home_visit", "online", "phone"]
CostPer = Literal["once", "hour", "day", "month", "session", "course", "call"]
Document = Literal[
    "id_card",
    "birth_certificate",
    "health_insurance_card",
    "child_health_record",
    "maternity_record",
    "vaccination_record",
    "residence_permit",
    "income_proof",
    "benefit_notice",
    "child_benefit_notice",
    "rental_contract",
    "letters_from_offices",
    "school_report",
    "doctor_referral",
    "bank_details",
    "photo",
]
NextStep = Literal[
    "just_come",
    "someone_listens",
    "someone_answers",
    "leave_message_call_back",
    "write_mail_answer_days",
    "online_form",
    "chat_now",
    "doctor_first",
    "office_application",
    "first_visit_at_home",
    "first_talk_then_group",
    "place_on_list",
]
PREGNANCY_START = -9
ADULT_YEARS = 27
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


def _yes_or_no(value: object) -> object:
    """YAML reads an unquoted yes or no as true or false; both spellings are meant."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


Interpreter = Annotated[Literal["yes", "on_request", "no"], BeforeValidator(_yes_or_no)]
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})*$")]
Wheelchair = Annotated[Literal["yes", "limited", "no"], BeforeValidator(_yes_or_no)]


def spoken_as(lang: str) -> set[str]:
    """The tags under which a language may be listed: Dari is also understood where Farsi is spoken."""
    return {lang} if lang == "sr-Latn" else {lang, lang.split("-")[0]}


class Frozen(BaseModel):
    """Data that never changes after it was checked; an unknown field is a mistake, not a surprise."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Cost(Frozen):
    """What it costs. `free` is only true when nobody pays anything."""

    free: bool = True
    amount: Annotated[Decimal, Field(ge=0)] | None = None  # euros
    per: CostPer = "once"
    reduced: bool = False  # less, or nothing, for families with little money
    covered_by_but: bool = False  # paid by "Bildung und Teilhabe"

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.free and self.amount:
            raise PydanticCustomError("free-with-amount", "an offer with an amount is not free", {"field": "amount"})
        return self


class Site(Frozen):
    """Where it happens. A hidden site (a shelter) has no address and no coordinates at all."""

    kind: SiteKind = "place"
    name: str = ""
    address: str = ""
    post_code: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    municipality: str = ""
    district: str = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    approximate: bool = False  # the position is the middle of the post code, not the house
    wheelchair: Wheelchair | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.kind == "hidden" and (self.address or self.lat is not None or self.lon is not None):
            raise PydanticCustomError(
                "hidden-with-address", "a hidden site must have neither address nor coordinates", {"field": "address"}
            )
        if (self.lat is None) != (self.lon is None):
            raise PydanticCustomError("half-a-position", "latitude and longitude go together", {"field": "lat"})
        return self

    @property
    def has_door(self) -> bool:
        """Whether its position is a house that families visit."""
        return self.kind == "place" and self.lat is not None and not self.approximate


class ServiceArea(Frozen):
    """Who may come. Empty: anybody."""

    nationwide: bool = False
    states: tuple[str, ...] = ()  # ISO 3166-2, such as DE-BY
    counties: tuple[str, ...] = ()  # Kreise, by name
    municipalities: tuple[str, ...] = ()  # by name
    post_codes: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return not (self.nationwide or self.states or self.counties or self.municipalities or self.post_codes)


class Occasion(Frozen):
    """A date, single or recurring, of a course, a meeting or an event."""

    day: date
    starts: Annotated[str, Field(pattern=CLOCK)] | None = None
    ends: Annotated[str, Field(pattern=CLOCK)] | None = None
    repeat: Literal["weekly", "monthly"] | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.starts and self.ends and self.starts >= self.ends:
            raise PydanticCustomError("times-swapped", "the date ends before it starts", {"field": "ends"})
        if self.until and self.until < self.day:
            raise PydanticCustomError("dates-swapped", "until is before the first day", {"field": "until"})
        return self


class Translation(Frozen):
    """Title and summary in a further language, and who wrote them."""

    title: str
    summary: str = ""
    by: Literal["human", "machine"]


class Offer(Frozen):
    """What a family can use. Ages are months since birth, both ends inclusive; pregnancy is −9…−1."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,79}$")]
    title: Annotated[str, Field(min_length=3, max_length=120)]
    summary: Annotated[str, Field(max_length=600)] = ""
    aliases: tuple[str, ...] = ()
    provider: str
    provider_type: ProviderType = "non_profit"
    offer_type: str
    kind: Kind
    sector: Sector
    topics: Annotated[tuple[str, ...], Field(min_length=1)]
    age_from: Annotated[int, Field(ge=PREGNANCY_START, le=ADULT_YEARS * 12)] = PREGNANCY_START
    age_to: Annotated[int, Field(ge=PREGNANCY_START, le=ADULT_YEARS * 12)] = ADULT_YEARS * 12
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1)] = ("de",)  # spoken by staff
    interpreter: Interpreter = "no"
    staffing: Staffing | None = "pro"  # None: not known
    threshold: Annotated[int, Field(ge=1, le=5)] = 3  # 1 open house … 5 formal help
    cost: Cost | None = None  # None: not known, and nothing is claimed
    access: tuple[Access, ...] = ()  # empty: not known
    anonymous: bool = False
    phone: str = ""
    email: Annotated[str, Field(pattern=r"^$|^[^@\s]+@[^@\s]+\.[a-z]{2,}$")] = ""
    web: Annotated[str, Field(pattern=r"^$|^(https?://)?[\w.-]+\.[a-z]{2,}(/\S*)?$")] = ""
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    service_area: ServiceArea = ServiceArea()
    opening_hours: Annotated[str, AfterValidator(check_hours)] = ""  # OSM syntax
    dates: tuple[Occasion, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    capacity: Capacity = "open"
    documents: tuple[Document, ...] = ()
    next_step: NextStep | None = None
    verified_on: date | None = None
    verified_by: str = ""
    source: str = ""
    example: bool = False  # invented, for trying out: a card always says so
    helpline: str | None = None  # the id of the helpline that this offer is
    translations: dict[str, Translation] = {}

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.age_from > self.age_to:
            raise PydanticCustomError("ages-swapped", "age_from is above age_to", {"field": "age_to"})
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise PydanticCustomError("dates-swapped", "valid_from is after valid_until", {"field": "valid_until"})
        return self
