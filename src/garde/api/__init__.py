"""The same records as the pages, for programs.

Question: how does the outside read what Garde knows?
Reference: DESIGN §3; the contract of `garde replay --format json` is issue 2 part 8.
"""
