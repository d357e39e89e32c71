"""What stations say on their own link: who holds an address, which port of which switch, who asks to enter.

Question: what do ARP, neighbour discovery, LLDP, CDP and 802.1X tell of the stations of one link?
"""
