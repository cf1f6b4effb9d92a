"""An adapter of Kazashi's contract 1.0, role relying-party: `contract` is complete, `product` is what you implement."""
