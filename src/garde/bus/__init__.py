"""How messages travel from those who make them to the stages that read them.

Question: how does a message reach every stage at least once, also when a process dies?
Reference: DESIGN §5.
"""
