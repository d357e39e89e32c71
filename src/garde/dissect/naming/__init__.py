"""How things find each other: addresses leased, names asked and announced, services discovered.

Question: what do DHCP, DNS and its relatives, NetBIOS and SSDP tell of who speaks?
"""
