"""fontgan: learn a font from some of its characters, and draw the rest."""
