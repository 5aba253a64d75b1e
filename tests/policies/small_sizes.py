"""How large the models are that stand for their families here."""

VOCABULARY, WINDOW, CONTEXT = 200, 8, 96
SIZE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": CONTEXT,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "eos_token_id": 1,
}
SLIDING = {**SIZE, "head_dim": 16, "sliding_window": WINDOW}
