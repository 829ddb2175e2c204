from django.urls import path, re_path

from muster.apps.channels import finding_pages, pages

urlpatterns = [
    re_path(r"^gateway/sms/(?P<mode>exercise|actual)/reports$", pages.reports, name="gateway-reports"),
    re_path(r"^gateway/sms/(?P<mode>exercise|actual)/inbound$", pages.inbound, name="gateway-inbound"),
    re_path(r"^gateway/voice/(?P<mode>exercise|actual)/calls$", pages.calls, name="gateway-calls"),
    path("wrong-numbers/", finding_pages.wrong_numbers, name="wrong-numbers"),
    path("wrong-numbers/<int:finding_id>/", finding_pages.settle_number, name="settle-number"),
]
