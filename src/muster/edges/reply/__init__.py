"""The reply relay: a small process outside the closed network that shows members their page and keeps their answers.

It knows no name and no number, holds pages it can not read before a member opens his link, and calls nobody: the core
comes and fetches. Its only state is one append-only file.
"""
