"""How the invented people really behave. Only the exercise package may import this: the planner must never see it.

It is not the planner's model turned round: willingness has heavy tails on a logistic scale, the shared shock leans
to bad days, delays and journeys are mixtures, and roads, channels and no-shows have good and bad days of their own.
"""
