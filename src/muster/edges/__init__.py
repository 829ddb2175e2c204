"""Processes with sockets at the edge of the system: a codec and a socket each, no database, no framework."""
