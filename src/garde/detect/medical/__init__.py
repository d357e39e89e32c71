"""Threats in medical protocols: DICOM, HL7, pumps, monitors, laboratories, buildings."""
