"""Pages that show people together with their service: the list, the card, a member's own page."""
