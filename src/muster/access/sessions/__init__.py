"""Where an account is signed in, and from where anybody may be."""
