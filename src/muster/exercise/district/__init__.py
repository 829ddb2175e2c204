"""The invented district: ground, units, people and past, all from one seed; `load` puts it into a database."""
