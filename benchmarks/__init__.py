"""How fast the gateway is, beside what it could have been built on."""
