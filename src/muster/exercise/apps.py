from django.apps import AppConfig


class ExerciseConfig(AppConfig):
    name = "muster.exercise"
    label = "exercise"
