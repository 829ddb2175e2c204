"""Letting in again, at the machine, an administrator whom nobody else could let in."""
