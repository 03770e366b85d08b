"""The Bilan: what a day or a week was, for a site or a commune, on a page to be printed."""
