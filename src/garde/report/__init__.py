"""Facts put into words: records for programs, tables for people, reasons for doubters.

Question: how does what Garde knows leave it, the same on a page, on paper and on a command line?
Reference: DESIGN §3 (report); the contract of `garde replay --format json` is issue 2 part 8.
"""
