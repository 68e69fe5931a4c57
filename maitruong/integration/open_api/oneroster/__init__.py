"""OneRoster 1.2, rostering service: what the rolls are called in its words, asked over REST and taken along as CSV."""
