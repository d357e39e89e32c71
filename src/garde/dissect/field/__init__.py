"""Protocols of buildings and industry: BACnet, Modbus, OPC UA, EtherNet/IP.

Question: what do controllers, meters and gateways say of themselves?
Reference: DESIGN §4.
"""
