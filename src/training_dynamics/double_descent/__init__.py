"""Double descent: exact Gaussian features, random features on digits, trained networks, and training time."""
