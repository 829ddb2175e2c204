"""What is learnt from a callout: facts under four headings, findings drafted from them, what-if, thanks."""
