"""A lens put to the test: a functional that is said to explain six phenomena, its measures, and what came out.

``preregistration`` holds the plan, as data; ``measures`` the proxies, ``invariance`` what moves them, ``exact`` closed forms
that check them; ``nets`` trains stacks of small networks.  ``norms``, ``updates``, ``noise``, ``paths`` and ``features`` test
the rows, ``alone`` and ``ranks`` their plainer accounts; ``table`` fills the lens's table in, and ``sensitivity`` does so
under other choices.  ``level`` asks the milder reading directly.  ``climb`` asks whether training climbs the functional,
``freedom`` what free parameters can fit.
"""
