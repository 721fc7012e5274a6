"""The course as a site to read."""
