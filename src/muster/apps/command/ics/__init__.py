"""The ICS forms, filled from the incident's data."""
