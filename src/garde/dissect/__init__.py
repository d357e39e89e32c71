"""One file per protocol: payloads in, facts out.

Question: what do these bytes tell of their sender and receiver?
Reference: DESIGN §2 rules 1 and 4, §4. The table of all dissectors is `garde.dissect.table`.
"""
