"""What no plan can beat: prices, reduced costs, blocks."""
