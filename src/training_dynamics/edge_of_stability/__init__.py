"""The edge of stability: thresholds and toys in closed form, small networks with their sharpness, and flows through the edge."""
