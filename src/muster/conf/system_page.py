"""The administrator's page of the machine: what `muster check deploy` says, in the reader's language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

import muster
from muster.access.pages import needs
from muster.access.rights import Right
from muster.conf import check_words, checks


@needs(Right.MANAGE_ACCOUNTS)
@never_cache
def system(request: HttpRequest) -> HttpResponse:
    found = [(finding, *check_words.say(finding)) for finding in checks.look()]
    wrong = sum(finding.level == "wrong" for finding, _, _ in found)
    return render(
        request, "web/system.html", {"nav": "system", "found": found, "wrong": wrong, "version": muster.__version__}
    )
