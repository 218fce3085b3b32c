"""What recognises each kind of personal data, for Presidio."""

from presidio_analyzer import EntityRecognizer

from jmedlora.data.personal.recognisers.addresses import address_recognisers
from jmedlora.data.personal.recognisers.ages import age_recognisers
from jmedlora.data.personal.recognisers.contact import contact_recognisers
from jmedlora.data.personal.recognisers.dates import date_recognisers
from jmedlora.data.personal.recognisers.names import name_recognisers
from jmedlora.data.personal.recognisers.numbers import number_recognisers


def all_recognisers() -> list[EntityRecognizer]:
    """A recogniser of each kind of personal data, without those of Presidio."""
    return [
        *name_recognisers(),
        *number_recognisers(),
        *contact_recognisers(),
        *address_recognisers(),
        *date_recognisers(),
        *age_recognisers(),
    ]
