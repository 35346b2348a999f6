"""What of an HSDS service is read: other programs' fields that we have no use for, and their nulls, are passed over."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from catalog.hsds import OWN


class Record(BaseModel):
    """Part of a service. Other programs write null for what they do not know, and fields that we do not use."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, fields: Any) -> Any:
        return (
            {key: value for key, value in fields.items() if value is not None} if isinstance(fields, dict) else fields
        )


class Term(Record):
    code: str = ""
    taxonomy: str = ""


class Attribute(Record):
    taxonomy_term: Term = Term()
    label: str = ""
    value: str = ""


class Described(Record):
    """Whatever our own terms can be hung on."""

    attributes: tuple[Attribute, ...] = ()

    def codes(self, taxonomy: str) -> list[str]:
        return [said.taxonomy_term.code for said in self.attributes if said.taxonomy_term.taxonomy == taxonomy]

    def all(self, code: str) -> list[str]:
        return [said.value for said in self.own if said.taxonomy_term.code == code]

    def one(self, code: str) -> str | None:
        return next(iter(self.all(code)), None)

    @property
    def own(self) -> list[Attribute]:
        return [said for said in self.attributes if said.taxonomy_term.taxonomy == OWN]


class Address(Record):
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    postal_code: str = ""


class Location(Described):
    location_type: str = "physical"
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    addresses: tuple[Address, ...] = ()
    accessibility: tuple[Described, ...] = ()


class ServiceAtLocation(Record):
    location: Location = Location()


class Schedule(Record):
    valid_from: str | None = None
    valid_to: str | None = None
    dtstart: str | None = None
    until: str | None = None
    freq: str | None = None
    byday: str = ""
    opens_at: str = ""
    closes_at: str = ""


class Area(Described):
    extent: str = ""


class Phone(Record):
    number: str = ""


class Language(Record):
    code: str = ""


class CostOption(Record):
    amount: float | None = None
    currency: str = "EUR"


class Organization(Described):
    name: str = ""


class Service(Described):
    id: str
    name: str = ""
    alternate_name: str = ""
    description: str = ""
    url: str = ""
    email: str = ""
    status: str = "active"
    minimum_age: float | None = None
    maximum_age: float | None = None
    assured_date: str | None = None
    assurer_email: str = ""
    organization: Organization = Organization()
    phones: tuple[Phone, ...] = ()
    languages: tuple[Language, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    service_areas: tuple[Area, ...] = ()
    service_at_locations: tuple[ServiceAtLocation, ...] = ()
    cost_options: tuple[CostOption, ...] = ()
    required_documents: tuple[Described, ...] = ()

    @property
    def is_ours(self) -> bool:
        return self.one("id") is not None
