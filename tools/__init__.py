"""What maintainers of the course run: the builder, the links of a fork, the sites."""
