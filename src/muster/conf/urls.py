"""All addresses: every part brings its own list with full paths."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import module_has_submodule

from muster.conf import pair_pages, system_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{config.name}.urls"))
    for config in apps.get_app_configs()
    if config.name.startswith("muster.") and module_has_submodule(config.module, "urls")
]

urlpatterns += [
    path("system/", system_page.system, name="system"),
    path("standby/state/", pair_pages.state, name="standby-state"),
    path("standby/pull/", pair_pages.pull, name="standby-pull"),
    path("standby/fence/", pair_pages.fence, name="standby-fence"),
]

handler400 = "muster.web.errors.bad_request"
handler403 = "muster.web.errors.forbidden"
handler404 = "muster.web.errors.not_found"
handler500 = "muster.web.errors.broken"
