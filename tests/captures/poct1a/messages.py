"""POCT1-A2 messages of a glucose meter: its hello, and a result with a patient in it."""

from __future__ import annotations

HELLO = (
    b'<?xml version="1.0" encoding="utf-8"?>\r\n<HEL.R01><HDR>'
    b'<HDR.message_type V="HEL.R01"/><HDR.control_id V="10001"/>'
    b'<HDR.version_id V="POCT1"/><HDR.creation_dttm V="2026-01-05T10:11:12+01:00"/></HDR>'
    b'<DEV><DEV.device_id V="00-60-19-FF-FE-00-00-42"/>'
    b'<DEV.vendor_id V="ROCHE"/><DEV.model_id V="Accu-Chek Inform II"/>'
    b'<DEV.serial_id V="UU14012345"/><DEV.manufacturer_name V="Roche Diagnostics"/><DEV.hw_version V="2.0"/>'
    b'<DEV.sw_version V="03.06.00"/><DCP><DCP.application_timeout V="30"/></DCP></DEV></HEL.R01>\r\n'
)
OBSERVATION = (
    b'<OBS.R01><HDR><HDR.control_id V="10002"/></HDR><SVC><SVC.role_cd V="OBS"/><PT><PT.patient_id V="4711"/>'
    b'<PT.name V="DOE JANE"/><OBS><OBS.value V="5.4" U="mmol/L"/></OBS></PT>'
    b'<OPR><OPR.operator_id V="NURSE9"/></OPR></SVC>'
    b"</OBS.R01>\r\n"
)
