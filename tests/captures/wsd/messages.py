"""WS-Discovery messages: an SDC monitor (IEEE 11073-20702), a printer of 2005, an ONVIF camera, a probe."""

from __future__ import annotations

NOW = "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"
THEN = "http://schemas.xmlsoap.org/ws/2005/04/discovery"


def envelope(space: str, addressing: str, body: str, more: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:a="{addressing}" xmlns:d="{space}" {more}><s:Header><a:MessageID>urn:uuid:0</a:MessageID>'
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


SDC_HELLO = envelope(
    NOW,
    "http://www.w3.org/2005/08/addressing",
    "<d:Hello><a:EndpointReference><a:Address>urn:uuid:9d5bd4a5-1111-4222-8333-000000000001</a:Address>"
    "</a:EndpointReference><d:Types>p:Device m:MedicalDevice</d:Types><d:Scopes>"
    "sdc.mds.pkp:1.2.840.10004.20701.1.1 sdc.cdc.type:///69965 "
    "sdc.ctxt.loc:/sdc.ctxt.loc.detail/HOSP1%2F%2F%2FICU%202?fac=HOSP1&amp;bldng=B1&amp;flr=2&amp;poc=ICU%202&amp;rm=12&amp;bed=A"
    "</d:Scopes><d:XAddrs>https://192.0.2.30:6464/a</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:Hello>",
    'xmlns:p="http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01" '
    'xmlns:m="http://standards.ieee.org/downloads/11073/11073-20702-2016"',
)
PRINTER = envelope(
    THEN,
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:16a65700-007c-1000-bb49-001122334455"
    "</a:Address></a:EndpointReference><d:Types>p:Device w:PrintDeviceType</d:Types>"
    "<d:XAddrs>http://192.0.2.31:80/ws</d:XAddrs></d:ProbeMatch></d:ProbeMatches>",
    'xmlns:p="http://schemas.xmlsoap.org/ws/2006/02/devprof" '
    'xmlns:w="http://schemas.microsoft.com/windows/2006/08/wdp/print"',
)
CAMERA = envelope(
    THEN,
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:cam7</a:Address></a:EndpointReference>"
    "<d:Types>o:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/Cam%207 "
    "onvif://www.onvif.org/hardware/DS-2CD onvif://www.onvif.org/location/floor/2</d:Scopes>"
    "<d:XAddrs>http://192.0.2.32/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches>",
    'xmlns:o="http://www.onvif.org/ver10/network/wsdl"',
)
PROBE = envelope(
    NOW,
    "http://www.w3.org/2005/08/addressing",
    "<d:Probe><d:Types>p:Device</d:Types></d:Probe>",
    'xmlns:p="http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01"',
)
