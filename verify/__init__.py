"""The pure engine: evidence, trust, a policy and a time go in, a report comes out."""
