"""Tests: unit (pure), integration (a real Home Assistant core), contract (the wire, peers), e2e (a browser)."""
