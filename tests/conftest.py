"""What all tests share."""

# First: otherwise the custom components of the test helpers win.
import custom_components  # noqa: F401
