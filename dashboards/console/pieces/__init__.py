"""What several pages are made of: what was asked of them, pages of long lists, text of strangers made visible."""
