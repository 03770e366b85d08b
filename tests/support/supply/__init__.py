"""The supply chain: what is known against what we pin, and a release that anybody can make again."""
