"""Who may speak to the broker: accounts of devices and of services, of whose secrets the hashes alone are kept."""
