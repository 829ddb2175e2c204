"""Sentences of access and journal, kept beside their code."""

from muster.access.texts import TEXTS

__all__ = ["TEXTS"]
