"""Pages of zones: who may talk to whom, policies, where stations are put, and what is done against threats."""
