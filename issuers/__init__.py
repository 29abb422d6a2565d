"""The registry: who may sign what, since when, until when."""
