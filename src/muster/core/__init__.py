"""The bottom layer: errors, clocks, ids, units of measure and geometry. Pure; imports nothing of Muster."""
