"""Roads as arrays: who needs how long to a point, which roads a closure cuts, who can not come at all.

`build` makes the graph from ways, `graph` is its form, `network` answers questions, `closures` cut, `travel` gives the
planner its minutes, `reach` draws what lies within so many minutes. Pure; numbers in, numbers out.
"""
