"""From observations to one record per device.

Question: which observations speak of the same thing, what is it, and how sure are we?
Reference: DESIGN §3; domain notes 01 and 02.
"""
