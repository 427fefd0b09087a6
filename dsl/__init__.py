"""Text ⇄ document. Knows neither graphs nor torch."""
