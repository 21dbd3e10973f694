-- Fails while it loads.
error "broken on purpose"
