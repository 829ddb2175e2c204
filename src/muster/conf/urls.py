"""All addresses: every part brings its own list with full paths."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import module_has_submodule

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{config.name}.urls"))
    for config in apps.get_app_configs()
    if config.name.startswith("muster.") and module_has_submodule(config.module, "urls")
]
