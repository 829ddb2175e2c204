from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PeopleConfig(AppConfig):
    name = "muster.apps.people"
    label = "people"

    def ready(self) -> None:
        """Offer towns, teams and villages as parts of the tree that an account can be tied to. Every part may bring a module
        `actions/erasing` that says what it does when a person is erased, and `own_data` that tells a member what it keeps
        about him."""
        from muster.access.directory import offer_units
        from muster.apps.people.reads.places import account_places

        offer_units(account_places)
        autodiscover_modules("actions.erasing")
        autodiscover_modules("own_data")
