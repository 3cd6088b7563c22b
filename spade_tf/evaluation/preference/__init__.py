"""The papers' user study: people say which of two methods' images fits a layout better.

    label maps and two folders of images -> questions -> a page that asks people -> SQLite -> report

SPADE (arXiv:1903.07291), section 4 and Table 2: 500 questions a comparison, 5 people each, as much
time as they want.
"""
