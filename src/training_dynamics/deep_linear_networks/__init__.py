"""Deep linear networks: modes in closed form, gradient flow of whole networks, the landscape, and digits."""
