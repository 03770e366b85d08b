"""The commands of `vigiterre`, one file a subject."""
