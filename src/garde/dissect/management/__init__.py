"""What keeps a network going: SNMP, time, logs and RADIUS, and what they tell of who speaks.

Question: what do the protocols of network management tell of the equipment they manage?
"""
