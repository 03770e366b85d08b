"""What is wrong with dashboards and provisioning files, without Grafana: from the files, and by asking the store."""
