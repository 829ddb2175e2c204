"""A higher role for some hours, with a reason and an end."""
