"""Pages of the maps: roads and closures, layers that people bring, base maps and services."""
