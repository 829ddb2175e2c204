from django.urls import re_path

from muster.apps.channels import pages

urlpatterns = [
    re_path(r"^gateway/sms/(?P<mode>exercise|actual)/reports$", pages.reports, name="gateway-reports"),
    re_path(r"^gateway/sms/(?P<mode>exercise|actual)/inbound$", pages.inbound, name="gateway-inbound"),
]
