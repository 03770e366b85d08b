"""Telling people: who is told by which channel, in which words, and the sending itself."""
