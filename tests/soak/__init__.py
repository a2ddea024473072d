"""Hours at a steady pace under faults: does memory grow, does latency, does the backlog?"""
