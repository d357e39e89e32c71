"""Response: from a threat to a change that is safe, agreed and taken back.

Question: what is done against this threat, and what is never done to a device that may be in use on a patient?
Reference: domain note 09 §6; DESIGN §2 rule 7. All of it is pure: `garde.pipeline.actions` reads, writes and acts.
"""
