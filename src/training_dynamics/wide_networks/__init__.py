"""Wide networks: ``kernel`` (the tangent kernel), ``linear`` (what it predicts), ``network`` (finite nets, trained),
``regimes`` (lazy and rich), ``widths`` (what width changes), ``circle`` (frequencies), ``balanced`` (linear layers, exactly),
``wider`` (deep linear networks by width), ``ended`` (lazy and rich, trained to the end).
"""
