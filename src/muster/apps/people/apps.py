from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "muster.apps.people"
    label = "people"

    def ready(self) -> None:
        """Offer the towns and teams as parts of the tree that an account can be tied to."""
        from muster.access.directory import offer_units
        from muster.apps.people.reads.places import account_places

        offer_units(account_places)
