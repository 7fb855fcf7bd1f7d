"""What notifiers that speak HTTP have in common."""
