"""From blocks of packets to flows and payloads, without meaning.

Question: which bytes did who send to whom, in which order, and where do they stand in the capture?
Reference: DESIGN §4. Nothing here knows a protocol above TCP and UDP.
"""
