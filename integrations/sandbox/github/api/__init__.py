"""The endpoints of the small GitHub, a file a family, and the table that names them all."""
