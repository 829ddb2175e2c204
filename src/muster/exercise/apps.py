from django.apps import AppConfig


class ExerciseConfig(AppConfig):
    name = "muster.exercise"
    label = "exercise"

    def ready(self) -> None:
        """Offer the wall the code by which phones join; this part is installed in exercise homes only."""
        from muster.apps.desk.wall_corner import offer_corner  # models can be had once all apps are ready
        from muster.exercise.join_pages import join_corner

        offer_corner("join", join_corner)
