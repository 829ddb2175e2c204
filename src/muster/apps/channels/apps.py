from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "muster.apps.channels"
    label = "channels"
