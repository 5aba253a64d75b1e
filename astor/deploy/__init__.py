"""A registered version as an InferenceService of KServe: rendered, applied, waited for, and proven by its digest."""
