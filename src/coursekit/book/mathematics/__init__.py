"""Mathematics that is typeset when the book is built: formulas become MathML, the font is cut to the glyphs in use."""
