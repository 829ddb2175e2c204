"""Muster: readiness and emergency command for a district's reserve of trained civilians."""

__version__ = "0.1.0"
