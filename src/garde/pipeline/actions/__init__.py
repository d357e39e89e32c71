"""Actions against threats: the stage that plans them, the agent that acts, and what people may say.

Question: how does a threat become a change on the network, and who may let it?
Reference: domain note 09 §6; `garde.respond` decides, this reads, writes and acts.
"""
