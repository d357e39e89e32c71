"""Dissectors of what medical devices say: DICOM, HL7 v2, POCT1-A, ASTM, IntelliVue, WS-Discovery and SDC, MEDIBUS.

Question: where is the file for the protocol of a modality, monitor, pump or analyser?
Reference: domain notes 01 §3-7. Left out: patients. No file of this folder emits a patient attribute, an order
number or a control id; tests/acceptance/test_privacy.py holds them to it.
"""
