"""The integration's own screens: dead letters, a message, and pulling from Business Central."""
