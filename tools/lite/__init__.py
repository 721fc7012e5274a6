"""The course as a site that runs in the browser alone."""
