"""Protocols of classic IT: TLS, SSH, HTTP, SMB, RDP, VNC, Telnet, FTP, MQTT, CoAP.

Question: what do workstations, servers, printers and their clients say of themselves?
Reference: DESIGN §4; domain note 01 §2.
"""
