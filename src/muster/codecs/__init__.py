"""Formats from outside: numbers with check digits, names, dates, workbooks, rosters, messages. Pure."""
