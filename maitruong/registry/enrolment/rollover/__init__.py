"""From one school year into the next: for a school, or the whole province in one job.

`planning` says who goes where and what is missing, `running` writes it school by school, `reversing` takes it back until the new
year begins. A place that ends is ended and a new one begun: nothing is re-labelled.
"""
