"""Settings of the planner's tests."""

from hypothesis import settings

# One example may take long on a busy machine; what is tested is right or wrong, not fast.
settings.register_profile("planning", deadline=None)
settings.load_profile("planning")
