"""The KFP pipelines: `post_training` with the round and evaluation that nest in it, and `deployment`."""
