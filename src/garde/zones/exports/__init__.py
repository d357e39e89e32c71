"""Exports: a policy in the words of what enforces it, and those words read back.

Question: which text does this gateway, switch, controller or MUD manager need, and does it still hold it?
Reference: domain note 04 §8. One file per form, each a row of `garde.zones.exports.table.FORMS`: it says what it can
express (``fit``), writes it (``render``) and reads it from the point that enforces (``parse``).
"""
