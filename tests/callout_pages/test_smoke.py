import pytest
from tests.callout_pages.cast import alerts_of

PAGES = ["needs", "approve", "pick", "people", "check-in", "qr", "call-list", "roll-call", "release", "stand-down", "leave", "close", "log"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_before_and_after_approval(district, language):
    incident = district.solved()
    for name in PAGES:
        district.page("commander", f"/incidents/{incident.pk}/{name}/", language)
    incident = district.approved()
    alert = alerts_of(incident)[0]
    for name in [*PAGES, f"reply/{alert.pk}"]:
        district.page("commander", f"/incidents/{incident.pk}/{name}/", language)
    for path in ("/incidents/new/", "/review/", f"/review/{incident.pk}/", f"/review/{incident.pk}/pay/", "/plans/", "/plans/new/", f"/plans/{district.plan.pk}/"):
        district.page("commander", path, language)
