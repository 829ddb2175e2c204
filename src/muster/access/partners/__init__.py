"""Partner agencies: which incidents they see, until when, and what of them."""
