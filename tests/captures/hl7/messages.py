"""HL7 v2 messages: a PCD-01 observation report full of a patient, an admission, their acknowledgements."""

from __future__ import annotations


def mllp(*segments: bytes) -> bytes:
    return b"\x0b" + b"\r".join(segments) + b"\r\x1c\r"


REPORT = mllp(
    b"MSH|^~\\&|MON_GW^00A037009B000000^EUI-64|ICU|LIS|HOSP|20260105080000||ORU^R01^ORU_R01|77|P|2.6|||AL|NE"
    b"||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO",
    b"SFT|Acme Monitoring^L|1.2|Gateway|1.2.77",
    b"PID|||4711^^^HOSP^MR||DUPONT^JEAN^^^^^L||19500101|M|||12 RUE DE LA PAIX^^PARIS",
    b"PV1||I|ICU^12^A",
    b"OBR|1|ORDER1|FILL1|182777000^monitoring of patient^SCT|||20260105080000",
    b"OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||080019FFFE3ED02D^B40_GE",
    b"OBX|2|ST|531972^MDC_ID_PROD_SPEC_SERIAL^MDC|1.0.0.0|SN99||||||F",
    b"OBX|3|ST|531976^MDC_ID_PROD_SPEC_FW^MDC|1.0.0.0|2.4.1||||||F",
    b"OBX|4||69798^MDC_DEV_ECG_VMD^MDC|1.1.0.0|||||||X",
    b"OBX|5|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1.1.1|72|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F|||20260105080000",
)
ADMISSION = mllp(
    b"MSH|^~\\&|EHR|HOSP|LIS|HOSP|20260105080001||ADT^A01^ADT_A01|78|P|2.5.1",
    b"EVN|A01|20260105080001||||20260105080001|SITE_B",
    b"PID|||4712^^^HOSP^MR||MARTIN^ANNE||19600101|F",
)


def acknowledgement(control: bytes, code: bytes = b"AA") -> bytes:
    return mllp(b"MSH|^~\\&|LIS|HOSP|MON_GW|ICU|20260105080002||ACK^R01|9|P|2.6", b"MSA|" + code + b"|" + control)
