"""Makes the bundles that a computer department installs without a network."""
