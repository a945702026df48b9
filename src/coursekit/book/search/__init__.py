"""Search without a server: what the pages say, section by section, and a script that finds in it."""
