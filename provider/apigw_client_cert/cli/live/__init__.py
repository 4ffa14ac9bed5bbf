"""What AWS says of the rotations of the states that were read, and of what no state knows.

Only looks: nothing here changes anything. ``region.py`` asks, once for each region; the rest judges.
"""
