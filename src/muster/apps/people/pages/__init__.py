"""Pages of the registers: enrol and change, import, downloads, map."""
