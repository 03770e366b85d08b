"""Every way a stranger's bytes come in, tried with bytes that nobody meant, and what must hold whatever they are."""
