"""A stand-in device under a change plan: an authorized baseline and candidates that meet every verdict.

scikit-learn's breast-cancer measurements stand in for a device's data. No device, plan, letter or approval in it is
real, and its margins are there to be replaced.
"""
