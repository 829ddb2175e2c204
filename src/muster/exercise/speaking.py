"""One page for the engine, in exercise homes only: for whom may the simulated crowd speak, and who came by his phone?"""

from __future__ import annotations

import json
import time

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from muster.access.pages import public
from muster.apps.channels.signing import SIGNATURE_HEADER, TIME_HEADER, check_signature
from muster.apps.incidents.models import Alert
from muster.core.errors import InvalidInput, NotFound
from muster.exercise.joining import taking
from muster.jobs.clock import is_exercise_home


@public
@csrf_exempt  # signed with the key of this home, as all that comes from its gateway
@require_POST
def speak(request: HttpRequest) -> JsonResponse:
    """Takes {"incident": id, "numbers": [member numbers]}: the crowd is about to speak for these.

    Gives {"silent": [numbers that phones have taken], "came": {number: time of check-in, of those phones' members}}.
    Errors: NotAllowed "gateway.…", InvalidInput "exercise.speak_form"."""
    if not is_exercise_home():
        raise NotFound("exercise.not_an_exercise_home")
    stamp, signature = request.headers.get(TIME_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
    check_signature(settings.SECRETS.gateway_key, "exercise", stamp, signature, request.body, int(time.time()))
    incident_id, numbers = _asked(request.body)
    silent = taking().speak(incident_id, numbers)
    came = Alert.objects.filter(
        callout__incident_id=incident_id, member__number__in=taking().taken(incident_id), checked_in_at__isnull=False
    ).values_list("member__number", "checked_in_at")
    return JsonResponse({"silent": silent, "came": {number: at.isoformat() for number, at in came}})


def _asked(body: bytes) -> tuple[int, list[str]]:
    try:
        found = json.loads(body)
        return int(found["incident"]), [str(number) for number in found["numbers"]]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("exercise.speak_form") from error
