"""The strength and duty sheet of each morning: gathered, kept as it was, shown on one page, announced by text."""
