"""Mode connectivity: lines, renumbered units, bent paths, averages, and what connection does not promise."""
