"""Evidence: the chained, sealed record of every message, and what proves it to others.

Question: how does an auditor know, years later and elsewhere, that nothing was altered?
Reference: DESIGN §1; `garde.model.chain` and `garde.model.seal` say what is hashed and signed.
"""
