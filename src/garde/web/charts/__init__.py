"""Charts as SVG text: numbers in, a picture with title, conclusion and the same numbers as a table out.

Question: how is this series drawn so that it prints, reads aloud and obeys the content policy?

Each file holds one chart: a frozen record of what is to be shown, and a pure function of the same name from that record
and the reader's language to a ``Chart`` (``picture``), which a page shows as it is and a report embeds as ``paper()``.
"""
