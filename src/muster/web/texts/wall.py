"""What to tell people about errors of the wall screen."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "wall.whole_district": _(
        "The wall shows the whole district; this account sees a part of it. Sign in with an account of the office."
    ),
    "join.code_unknown": _("This code is not valid. Scan the code on the wall."),
}
