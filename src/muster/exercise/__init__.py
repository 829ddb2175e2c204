"""Exercises: an invented district, people who behave as people do, an engine that plays through the web pages."""
