"""Diagnostics: reading a run.

``data``        three small classification problems
``faults``      one training run with one thing wrong in it, watched by the toolbox's ``RunLog``
``judged``      the rules of the toolbox's ``diagnose`` before runs that they were not tuned on
``sides``       overfitting beside a wrong split, by one reading of the first epoch
``cost``        what a log adds to the operations of a training
``alike``       single readings, faults that look alike, and the dynamic loss scale
``explorable``  the stored traces of the explorable, and its Python twin
``claims``      what the chapter asserts
"""
