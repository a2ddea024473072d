"""The clerk's screens: each view gets the objects, calls one verb, and turns the result into an answer."""
