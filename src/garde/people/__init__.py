"""People: who may sign in, as whom, and over which part of the hospital."""
