"""From messages to state: the stages, the agents and the runner.

Question: what happens to a message, in which order, and what if it goes wrong?
Reference: DESIGN §5. The table of stages is `garde.pipeline.table`.
"""
