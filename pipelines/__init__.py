"""The KFP pipelines: `post_training`, and the round and evaluation that nest in it."""
