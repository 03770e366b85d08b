"""The certificate that the pages show: read, judged, and taken up anew when its files change. See docs/adr/0055."""
