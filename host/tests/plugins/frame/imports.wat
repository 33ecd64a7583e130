;; Nothing is imported but types.
