"""Where bytes come from: capture files, a live ring, flow exports.

Question: which packets are there, when was each seen, and what could not be read?
Reference: DESIGN §4.1: blocks, never single packets.
"""
