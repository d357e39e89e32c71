"""Charts as SVG text: numbers in, a picture with title, conclusion and the same numbers as a table out.

Question: how is this series drawn so that it prints, reads aloud and obeys the content policy?
"""
