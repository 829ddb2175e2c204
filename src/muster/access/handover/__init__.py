"""Who holds the duty, and how it goes from one to the other."""
