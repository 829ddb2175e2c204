"""The acts of the command pages as forms: what is typed, and which action it becomes."""

from muster.apps.command.forms.base import ActForm
from muster.apps.command.forms.needs import NEEDS_FORMS
from muster.apps.command.forms.orders import ORDER_FORMS
from muster.apps.command.forms.staff import STAFF_FORMS
from muster.apps.command.forms.work import WORK_FORMS

FORMS: dict[str, dict[str, type[ActForm]]] = {
    tab: {form.verb: form for form in listed}
    for tab, listed in (
        ("work", WORK_FORMS), ("people", STAFF_FORMS), ("needs", NEEDS_FORMS), ("reports", ORDER_FORMS),
    )
}  # fmt: skip

__all__ = ["FORMS", "ActForm"]
