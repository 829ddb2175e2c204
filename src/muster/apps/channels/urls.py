from django.urls import path, re_path

from muster.apps.channels import comms_pages, finding_pages, pages

urlpatterns = [
    re_path(r"^gateway/sms/(?P<mode>exercise|actual)/reports$", pages.reports, name="gateway-reports"),
    re_path(r"^gateway/sms/(?P<mode>exercise|actual)/inbound$", pages.inbound, name="gateway-inbound"),
    re_path(r"^gateway/voice/(?P<mode>exercise|actual)/calls$", pages.calls, name="gateway-calls"),
    path("wrong-numbers/", finding_pages.wrong_numbers, name="wrong-numbers"),
    path("wrong-numbers/<int:finding_id>/", finding_pages.settle_number, name="settle-number"),
    path("comms-tests/", comms_pages.comms_tests, name="comms-tests"),
    path("comms-tests/<int:test_id>/", comms_pages.comms_test, name="comms-test"),
    path("comms-tests/<int:test_id>/stop/", comms_pages.comms_stop, name="comms-stop"),
]
