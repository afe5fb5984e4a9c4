"""The whole way: a real `hass` process, its real API, a real browser, and the wire."""
