"""The pictures of a card: both faces as PNG and SVG, bad scans of them, and the images that the chip itself holds.

    printed.py      what is printed: a frozen value
    front.py, back.py, portrait.py
                    where it stands, in millimetres: a list of shapes (shapes.py, setting.py)
    png.py, svg.py  the shapes as bytes; scan.py: the PNG as a bad scanner would give it
    chip_images.py  the images of the 券面事項確認AP
    typeface.py     a Japanese font that the caller names; system_font.py finds one on the machine (the only I/O here)

Layout, sizes and the portrait are our own and assumed: public is only what stands on a card (spec/card.md §7a).
"""
