"""The administrator's page of the machine: what `muster check deploy` says, in the reader's language."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

import muster
from muster.access.pages import needs
from muster.access.rights import Right
from muster.conf import check_words, checks

# In a Chinese sentence: what is typed or named by the machine, up to the next Chinese character or sentence mark.
# A figure with its unit ("75.1 GB") is neither.
_TYPED = re.compile(r"(?<![\d.])((?!\d)[A-Za-z_/~.][ -:<-~]*[A-Za-z0-9_/])(?<!\d GB)")


def typed(sentence: str) -> str | SafeString:
    """The sentence with commands and paths set as what they are; English needs no such mark to be read."""
    if not (get_language() or "").startswith("zh"):
        return sentence
    parts = enumerate(_TYPED.split(sentence))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", p) if i % 2 else p,) for i, p in parts))


@needs(Right.MANAGE_ACCOUNTS)
@never_cache
def system(request: HttpRequest) -> HttpResponse:
    found = [(finding, *map(typed, check_words.say(finding))) for finding in checks.look()]
    wrong = sum(finding.level == "wrong" for finding, _, _ in found)
    return render(
        request, "web/system.html", {"nav": "system", "found": found, "wrong": wrong, "version": muster.__version__}
    )
