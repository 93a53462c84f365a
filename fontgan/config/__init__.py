"""Settings: declared once, with default, type, range and help; read from texts and TOML, and written."""
