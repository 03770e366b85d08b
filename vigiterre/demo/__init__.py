"""The demonstration: a broker of its own, devices that play series, and mistakes made on purpose.

config/demo/README.md says what is played and when; docs/demo.md how.
"""
