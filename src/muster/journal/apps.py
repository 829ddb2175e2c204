from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JournalConfig(AppConfig):
    name = "muster.journal"
    label = "journal"

    def ready(self) -> None:
        """Every part may bring a module `acts` that says what its acts are called."""
        autodiscover_modules("acts")
